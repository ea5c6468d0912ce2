"""What commands that work on a workspace share: which database, and errors in the reader's language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.serving import database_url
from ruleloom.runtime.workspace import Workspace


def database_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--database URL`, else what `ruleloom serve` would open."""
    about = "Address of the database; default: an SQLite file in the folder var."
    return click.option("--database", help=about)(function)


@contextmanager
def opened(url: str | None) -> Iterator[Workspace]:
    """The workspace of a database, brought up to date; closed at the end."""
    workspace = open_workspace(database_url(url))
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
