"""The engine room; see its README."""
