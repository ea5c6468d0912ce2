"""What people and programs look at; only what the actor may see."""
