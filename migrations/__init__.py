"""System tables by alembic."""
