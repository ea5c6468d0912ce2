"""The runtime/commands room; see its README."""
