"""The access room; see its README."""
