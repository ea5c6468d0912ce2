"""An empty workspace in memory on a virtual clock; see its README."""
