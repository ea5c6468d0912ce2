"""The forms room; see its README."""
