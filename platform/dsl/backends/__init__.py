"""A tree as Python, as JsonLogic, as JSON. SQL lives in `storage.sql`."""
