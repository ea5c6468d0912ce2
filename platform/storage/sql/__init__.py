"""Typed trees as SQL for SQLite and PostgreSQL."""
