"""What the engine asks: snapshots, facts in batch, what it remembers (`engine.store.Store`)."""
