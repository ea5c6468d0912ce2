"""`ruleloom install APP`: brings a template app into the workspace."""

from __future__ import annotations

import click

from ruleloom.access import WORKSPACE
from ruleloom.cli._workspace import database_option, opened, said
from ruleloom.installer import find_app, install, read_app, shipped_apps
from ruleloom.messages import LANGUAGES, Language


@click.command("install")
@click.argument("app", required=False)
@click.option("--no-sample", is_flag=True, help="Without the sample records.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the messages.")
@database_option
def command(app: str | None, no_sample: bool, language: Language, database: str) -> None:
    """Install the template app APP: the name of a shipped one, or the folder of another.

    Without APP the shipped ones are listed. All or nothing: an app with a mistake changes nothing and says where it is.
    """
    with said(language):
        if app is None:
            for name in shipped_apps():
                click.echo(f"{name}\t{read_app(find_app(name)).labels.get(language, name)}")
            return
        files = read_app(find_app(app))
        with opened(database) as workspace:
            done = install(workspace, files, WORKSPACE, sample=not no_sample)
    for what, number in {**done.definitions, **done.records}.items():
        click.echo(f"{number:>6} {what}")
