"""The forms/fields room; see its README."""
