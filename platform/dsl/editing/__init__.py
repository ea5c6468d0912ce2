"""What an editor tells about a half-written text."""
