"""The installer room; see its README."""
