"""The cli room; see its README."""
