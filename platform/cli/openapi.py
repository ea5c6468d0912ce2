"""`ruleloom openapi`: the OpenAPI document of the HTTP API, with sorted keys."""

from __future__ import annotations

import json
from pathlib import Path

import click


def document() -> str:
    """The document as it is committed in `web/openapi.json`."""
    from ruleloom.cli._application import make_application

    app = make_application()
    with app.app_context():
        spec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    return json.dumps(spec, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@click.command("openapi")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, writable=True), help="File to write; default: standard output."
)
def command(output: str | None) -> None:
    """Write the OpenAPI document of the HTTP API."""
    text = document()
    if output is None:
        click.echo(text, nl=False)
    else:
        Path(output).write_text(text, encoding="utf-8")
