"""What the documentation shows is true: its Python and console blocks are executed, its data blocks can be read.

A ```python block is run, the blocks of one page one after another in one namespace. In a ```console block each line
after `$ ` is run in an empty folder and has to print what stands below it (`...` stands for anything). Blocks in
```sh are for the reader to type and are not run: what they start does not end, or changes the machine.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.house.tree import ROOT, files, pyproject, shown

FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text, and the line of the page where the text begins."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    return files(".", ".md")


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(m[1], m[2], text[: m.start(2)].count("\n") + 1) for m in FENCE.finditer(text)]


def with_blocks(*languages: str) -> list[Path]:
    return [page for page in pages() if any(block.language in languages for block in blocks(page))]


@pytest.mark.parametrize("page", with_blocks("python"), ids=shown)
def test_python_blocks_run(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "docs"}
    for block in blocks(page):
        if block.language == "python":
            code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
            exec(code, names)  # noqa: S102 - our own pages


def sessions(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output that stands below it."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(command.strip(), output) for command, _, output in (part.partition("\n") for part in parts)]


@pytest.mark.parametrize("page", with_blocks("console"), ids=shown)
def test_console_blocks_print_what_they_show(page: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for block in blocks(page):
        for command, wanted in sessions(block.text) if block.language == "console" else ():
            words = shlex.split(command)
            done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            printed = done.stdout + done.stderr
            same = doctest.OutputChecker().check_output(wanted, printed, doctest.ELLIPSIS)
            assert same, f"{shown(page)}:{block.line} `{command}` printed:\n{printed}"


READERS: dict[str, Callable[[str], object]] = {"json": json.loads, "yaml": yaml.safe_load, "toml": tomllib.loads}


@pytest.mark.parametrize("page", with_blocks(*READERS), ids=shown)
def test_data_blocks_can_be_read(page: Path) -> None:
    for block in blocks(page):
        if block.language in READERS:
            READERS[block.language](block.text)


@pytest.mark.parametrize("page", pages(), ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    dead = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert not dead, f"links of {shown(page)}"


def test_each_runtime_library_has_its_decision() -> None:
    told = "\n".join(page.read_text(encoding="utf-8").lower() for page in files("docs/decisions", ".md"))
    needed = [re.split(r"[\[<>=~!;]", line)[0] for line in pyproject()["project"]["dependencies"]]
    silent = [name for name in needed if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", told)]
    assert not silent, "docs/decisions: say why each is here and what was refused"


def test_each_decision_is_listed() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert not [
        page.name for page in files("docs/decisions", ".md") if page.name != "README.md" and page.name not in listed
    ]
