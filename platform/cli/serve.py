"""`ruleloom serve`: the web application, the HTTP API, the worker and the clock."""

from __future__ import annotations

import socket
import sys

import click


@click.command("serve")
@click.option("--database", help="Address of the database; default: an SQLite file in the folder var.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", is_flag=True, help="The demo workspace with its template app, made when it does not exist.")
@click.option("--app", "app_name", default="b2b_sales", show_default=True, help="Template app of a new demo workspace.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes (PostgreSQL only).")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
def command(database: str | None, host: str, port: int, demo: bool, app_name: str, workers: int, threads: int) -> None:
    """Serve a workspace."""
    from ruleloom.cli._logging import configure
    from ruleloom.cli._serving import Serving, say_sign_in
    from ruleloom.runtime.opening import open_workspace
    from ruleloom.runtime.serving import database_url, in_the_background

    configure()
    _require_free(host, port)
    url = database_url(database, "demo" if demo else "ruleloom")
    workspace = open_workspace(url, demo=demo)
    if workers > 1 and workspace.database.is_sqlite:
        raise click.UsageError("--workers needs PostgreSQL; an SQLite workspace is served by one process")
    if demo:
        from ruleloom.cli._demo import fill

        fill(workspace, app_name)
    say_sign_in(workspace, f"http://{host}:{port}")
    serving = Serving(host, port, threads)
    if workers > 1:
        workspace.close()
        serving.processes(url, workers)
        return
    with in_the_background(workspace):
        serving.threads_only(workspace)
    workspace.close()


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            click.echo(
                f"Port {port} of {host} is in use ({error.strerror}). Choose another: --port {port + 1}", err=True
            )
            sys.exit(3)
