"""The runtime room; see its README."""
