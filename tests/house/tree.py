"""The committed tree as the house tests read it."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PLATFORM = ROOT / "platform"
ROOMS = tuple(sorted(folder.name for folder in PLATFORM.iterdir() if (folder / "__init__.py").exists()))


@cache
def committed() -> tuple[Path, ...]:
    """Every file that git has or would take, so that built and downloaded files are left out."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file())


def files(folder: str, *endings: str) -> list[Path]:
    """The committed files under a folder of the root, with one of the endings if any are given."""
    return [
        file
        for file in committed()
        if file.is_relative_to(ROOT / folder)
        and (not endings or file.suffix in endings)
        and "typings" not in file.parts
    ]


def shown(file: Path) -> str:
    """The path as a reader types it."""
    return str(file.relative_to(ROOT))


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


@cache
def pyproject() -> dict[str, Any]:
    """The project file, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
