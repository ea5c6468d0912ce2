"""A tree as canonical text and in plain words, in both languages."""
