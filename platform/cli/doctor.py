"""`ruleloom doctor`: looks whether everything that serving needs is there, and says what to do about what is not."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click


@click.command("doctor")
@click.option("--database", help="Address of the database; default: an SQLite file in the folder var.")
def command(database: str | None) -> None:
    """Check this installation and its database."""
    from ruleloom.runtime.serving import database_url

    url = database_url(database)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Python", _python),
        ("front end", _front_end),
        ("database", lambda: _database(url)),
        ("workspace", lambda: _workspace(url)),
    )
    failed = False
    for name, check in checks:
        try:
            click.echo(f"ok    {name}: {check()}")
        except Exception as error:  # noqa: BLE001 - a doctor reports whatever it finds
            failed = True
            click.echo(f"wrong {name}: {_said(error)}")
    sys.exit(1 if failed else 0)


def _said(error: Exception) -> str:
    from ruleloom.messages import RuleloomError
    from ruleloom.storage.troubles import explained

    known = error if isinstance(error, RuleloomError) else explained(error)
    return str(error) if known is None else " ".join(each.message("en") for each in known.diagnostics)


def _python() -> str:
    return sys.version.split()[0]


def _front_end() -> str:
    from ruleloom.cli._application import front_end

    served = front_end()
    if not (served.STATIC / "index.html").is_file():
        raise RuntimeError(f"not built; build it with: {served.BUILD}")
    return str(served.STATIC)


def _database(url: str) -> str:
    from ruleloom.storage.database import Database, DatabaseError
    from ruleloom.storage.schema.migrate import is_current

    database = Database(url)
    try:
        if not is_current(database):
            raise DatabaseError.of("database-not-ready")
        return database.url.render_as_string(hide_password=True)
    finally:
        database.close()


def _workspace(url: str) -> str:
    from ruleloom.runtime.workspace import Workspace
    from ruleloom.storage.database import Database

    _database(url)  # a workspace is opened only on tables that are there
    workspace = Workspace(Database(url))
    try:
        published = workspace.published
        if published.broken:
            said = (f"{rule}: {each.diagnostics[0].message('en')}" for rule, each in published.broken.items())
            raise RuntimeError("rules that cannot be read any more do nothing; " + "; ".join(said))
        return f"{len(published.model.entities)} entities, {len(published.rules)} rules in force"
    finally:
        workspace.close()
