"""What commands that work on a workspace share: which database, and errors in the reader's language."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.database import Database
from ruleloom.storage.migrate import migrate

VARIABLE = "RULELOOM_DATABASE_URL"
DEFAULT = "sqlite:///var/ruleloom.db"


def database_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--database URL`, else the environment, else the embedded database of the working folder."""
    return click.option(
        "--database", envvar=VARIABLE, default=DEFAULT, show_default=True, help=f"Address of the database ({VARIABLE})."
    )(function)


@contextmanager
def opened(url: str) -> Iterator[Workspace]:
    """The workspace of a database, brought up to date; closed at the end."""
    database = Database(url)
    if database.is_sqlite and database.url.database:
        os.makedirs(os.path.dirname(os.path.abspath(database.url.database)), exist_ok=True)
    migrate(database)
    workspace = Workspace(database, process=os.getpid())
    try:
        yield workspace
    finally:
        workspace.close()


@contextmanager
def said(language: Language) -> Iterator[None]:
    """An error that a person can mend is said in their language, each part on a line; exit 1."""
    try:
        yield
    except RuleloomError as error:
        for diagnostic in error.diagnostics:
            place = f"{diagnostic.target}: " if diagnostic.target else ""
            click.echo(f"{place}{diagnostic.message(language)}", err=True)
        sys.exit(1)
