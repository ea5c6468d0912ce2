"""`ruleloom worker`: effects and the clock without a web server, for PostgreSQL workspaces."""

from __future__ import annotations

import signal
import threading

import click


@click.command("worker")
@click.option("--database", help="Address of the database.")
def command(database: str | None) -> None:
    """Run the worker and the clock until interrupted."""
    from ruleloom.cli._logging import configure
    from ruleloom.runtime.opening import open_workspace
    from ruleloom.runtime.serving import database_url, in_the_background

    configure()
    workspace = open_workspace(database_url(database))
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    with in_the_background(workspace):
        click.echo("The worker runs.")
        stopped.wait()
    workspace.close()
