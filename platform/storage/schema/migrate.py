"""Brings the system tables of a database to the newest version (alembic, shipped as `ruleloom.migrations`)."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from ruleloom.storage.database import Database


def migrate(database: Database) -> None:
    """Applies every migration that is missing; does nothing when the database is up to date."""
    with as_file(files("ruleloom.migrations")) as folder, database.write() as connection:
        config = _config(str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the system tables are at the newest version."""
    with as_file(files("ruleloom.migrations")) as folder, database.read() as connection:
        newest = ScriptDirectory.from_config(_config(str(folder))).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == newest


def _config(folder: str) -> Config:
    config = Config()
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    return config
