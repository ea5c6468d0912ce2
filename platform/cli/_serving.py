"""How a workspace is served: waitress in one process, gunicorn with several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from ruleloom.access import RoleName
from ruleloom.runtime.workspace import Workspace

FIRST_PERSON = """Nobody can sign in yet. In a second terminal, in the same folder:
  ruleloom create-user --role administrator --name "Your name" --email you@example.com
It prints a one-time sign-in; the server may go on running."""


def say_sign_in(workspace: Workspace, address: str) -> None:
    """Prints the address and, where there is an administrator, a sign-in that works once within 15 minutes."""
    from ruleloom.runtime.commands import sessions
    from ruleloom.storage.people import accounts

    with workspace.database.read() as connection:
        everybody = accounts.every(connection)
    first = next((row for row in everybody if row.active and RoleName.ADMINISTRATOR in row.roles), None)
    click.echo(f"Ruleloom: {address}")
    if first is None:
        click.echo(FIRST_PERSON)
        return
    click.echo(
        f"Sign in once as {first.email}: {address}/sign-in?token={sessions.one_time_token(workspace, first.user)}"
    )


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and with how many threads."""

    host: str
    port: int
    threads: int

    def threads_only(self, workspace: Workspace) -> None:
        """One process; ends with the interrupt."""
        import waitress  # type: ignore[import-untyped]

        from ruleloom.cli._application import make_application

        app = make_application(workspace)
        waitress.serve(
            app, host=self.host, port=self.port, threads=self.threads, ident=None, clear_untrusted_proxy_headers=True
        )

    def processes(self, url: str, workers: int) -> None:
        """Several processes, each with its own workspace, clock and worker."""
        from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

        from ruleloom.cli._application import make_application
        from ruleloom.runtime.opening import open_workspace
        from ruleloom.runtime.serving import in_the_background

        options = {
            "bind": f"{self.host}:{self.port}",
            "workers": workers,
            "threads": self.threads,
            "worker_class": "gthread",
        }

        class Several(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
            """gunicorn with an application made in each process after the fork."""

            def load_config(self) -> None:
                for name, value in options.items():
                    self.cfg.set(name, value)

            def load(self) -> Any:
                workspace = open_workspace(url)
                in_the_background(workspace).__enter__()  # until the process ends
                return make_application(workspace)

        Several().run()
