"""Records of entities: written, found, ordered, shown, deleted, as they were."""
