"""The dsl room; see its README."""
