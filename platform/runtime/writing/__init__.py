"""One write transaction: what it must satisfy, and production's half of the road of one change."""
