"""`dev.py` tells a stranger what is wrong before it does anything slow."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT


def dev(*words: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"PATH": path} if path is not None else {})}
    return subprocess.run(
        [sys.executable, "dev.py", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_an_argument_it_lists_the_chores() -> None:
    listed = dev()
    assert not listed.returncode
    assert all(f"  {chore} " in listed.stdout for chore in ("setup", "run", "test", "check", "nightly", "lock"))


def test_an_unknown_chore_is_named() -> None:
    answer = dev("serve")
    assert answer.returncode == 2
    assert "there is no chore called 'serve'" in answer.stderr


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = dev("run", "--port", str(port))
    assert answer.returncode == 1
    assert f"port {port} is already in use; choose another one: python3 dev.py run --port" in answer.stderr


@pytest.mark.parametrize("words", [("--port", "http"), ("--port=0",), ("--port", "70000"), ("--port",)])
def test_a_port_that_is_none_is_refused(words: tuple[str, ...]) -> None:
    answer = dev("run", *words)
    assert answer.returncode == 1
    assert "--port needs a number from 1 to 65535" in answer.stderr


def fake_node(folder: Path, version: str) -> str:
    """A PATH on which node says this version."""
    for name, text in (("node", f"#!/bin/sh\necho {version}\n"), ("npm", "#!/bin/sh\nexit 1\n")):
        program = folder / name
        program.write_text(text)
        program.chmod(0o755)
    return str(folder)


def test_an_absent_node_is_named(tmp_path: Path) -> None:
    answer = dev("setup", path=str(tmp_path))
    assert answer.returncode == 1
    assert "node and npm are not on PATH" in answer.stderr


@pytest.mark.parametrize("version", ["v18.20.4", "v20.9.0"])
def test_an_old_node_is_named(tmp_path: Path, version: str) -> None:
    answer = dev("setup", path=fake_node(tmp_path, version))
    assert answer.returncode == 1
    assert f"Node 20.19 or newer is needed to build the front end, this is {version}" in answer.stderr


def test_an_old_python_is_named() -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 10, 13); sys.argv = ['dev.py', 'test']; "
    pretend += "runpy.run_path('dev.py', run_name='__main__')"
    command = [sys.executable, "-c", pretend]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 1
    assert "Python 3.11 or newer is needed" in answer.stderr
