"""The command `ruleloom`: one file per subcommand, found by its name, imported only when it is called.

A file `platform/cli/create_user.py` with a click command called `command` is `ruleloom create-user`; where that is a
keyword of Python the name ends with an underscore: `import_.py` is `ruleloom import`.
"""

from __future__ import annotations

import importlib
import pkgutil

import click


class _Files(click.Group):
    """A group whose commands are the files beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_files())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        file = _files().get(cmd_name)
        if file is None:
            return None
        found = importlib.import_module(f"{__name__}.{file}").command
        if not isinstance(found, click.Command):
            raise TypeError(f"{cmd_name}: `command` is not a click command")
        return found

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; what a person can mend is said in words, whichever command meets it."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            words = _words(error)
            if words is None:
                raise
            raise click.ClickException(words) from error


def _words(error: Exception) -> str | None:
    """What to say of an error; None when it is ours."""
    from ruleloom.messages import RuleloomError
    from ruleloom.storage.troubles import explained

    known = error if isinstance(error, RuleloomError) else explained(error)
    if known is not None:
        return "\n".join(diagnostic.message("en") for diagnostic in known.diagnostics)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return None


def _files() -> dict[str, str]:
    """Commands by name, with their files."""
    files = [module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_"]
    return {file.removesuffix("_").replace("_", "-"): file for file in files}


@click.group(cls=_Files, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ruleloom")
def main() -> None:
    """Ruleloom: workflows and rules for sales organisations, in plain words."""
