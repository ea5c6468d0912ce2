"""Durable work: effects that leave, imports and syncs, runs that wait, and how all of it stands."""
