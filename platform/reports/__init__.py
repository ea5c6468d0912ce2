"""The reports room; see its README."""
