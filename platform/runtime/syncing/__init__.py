"""Connections to other systems and their syncs: settings, secrets, mapping, pages committed with their cursor."""
