"""The actions room; see its README."""
