"""Text → untyped syntax: tokens, grammars, what is said where a text fits none."""
