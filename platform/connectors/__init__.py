"""The connectors room; see its README."""
