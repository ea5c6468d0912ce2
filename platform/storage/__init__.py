"""The storage room; see its README."""
