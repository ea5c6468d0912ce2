"""The api room; see its README."""
