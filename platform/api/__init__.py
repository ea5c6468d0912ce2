"""The front door: HTTP in, JSON out. One resource per file; a translation, no decision."""
