"""Which rules could have something to say about a change."""
