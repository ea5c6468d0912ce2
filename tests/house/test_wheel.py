"""What a stranger gets with `pip install ruleloom`: small, complete, and able to start."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.house.tree import PLATFORM, ROOT, files, pyproject
from tests.stories.server import serving

MOST_PACKAGES = 60
MOST_BYTES = 150 * 1_000_000
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def must(words: Sequence[str | Path], cwd: Path) -> str:
    """Run a program; what it printed, or a failure that shows it."""
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTEST_CURRENT_TEST"}}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    assert not done.returncode, f"{' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the committed tree and the built front end, so that nothing here is touched."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    static = [file for file in (PLATFORM / "api" / "static").rglob("*") if file.is_file()]
    top = [ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE")]
    for file in [*files("platform"), *files("migrations"), *files("templates"), *static, *top]:
        target = source / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    must([*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", out, source], out)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel and what it needs, at the versions of the runtime lock."""
    folder = tmp_path_factory.mktemp("environment")
    must([sys.executable, "-m", "venv", "--without-pip", folder], folder)
    pins = re.findall(r"^([\w.-]+==[^\s;\\]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    versions = folder / "versions.txt"
    versions.write_text("\n".join(pins), encoding="utf-8")
    must([*PIP, "--python", folder, "install", "-c", versions, wheel], folder)
    return folder


def test_the_wheel_carries_everything_that_ships(wheel: Path) -> None:
    shipped = set(zipfile.ZipFile(wheel).namelist())
    homes = pyproject()["tool"]["setuptools"]["package-dir"]
    wanted = {
        f"{name.replace('.', '/')}/{file.relative_to(ROOT / folder)}"
        for name, folder in homes.items()
        for file in files(folder)
    }
    assert not sorted(wanted - shipped), "add them to [tool.setuptools.package-data]"
    assert not [name for name in shipped if "__pycache__" in name or name.startswith(("tests/", "platform/"))]


def test_the_wheel_carries_the_front_end(wheel: Path) -> None:
    assert "ruleloom/api/static/index.html" in zipfile.ZipFile(wheel).namelist(), "python3 dev.py setup builds it"


def test_it_is_small(installed: Path) -> None:
    packages = [folder.stem for folder in installed.glob("lib/*/site-packages/*.dist-info")]
    size = sum(file.stat().st_size for file in installed.rglob("*") if file.is_file() and not file.is_symlink())
    assert len(packages) <= MOST_PACKAGES, sorted(packages)
    assert size < MOST_BYTES, f"{size / 1e6:.1f} MB"


def test_the_command_starts(installed: Path, tmp_path: Path) -> None:
    version = pyproject()["project"]["version"]
    assert version in must([installed / "bin" / "ruleloom", "--version"], tmp_path)


def test_the_standard_library_is_not_hidden(installed: Path, tmp_path: Path) -> None:
    statement = "import platform, sqlalchemy, ruleloom.dsl; print(platform.python_version())"
    assert must([installed / "bin" / "python", "-c", statement], tmp_path).strip() == sys.version.split()[0]


def test_every_room_is_there(installed: Path, tmp_path: Path) -> None:
    packages = ", ".join(name for name in pyproject()["tool"]["setuptools"]["packages"] if name != "ruleloom")
    must([installed / "bin" / "python", "-W", "error", "-c", f"import {packages}"], tmp_path)


def test_it_serves_the_demo(installed: Path, tmp_path: Path) -> None:
    program = (installed / "bin" / "ruleloom",)
    with serving(tmp_path, "--demo", program=program) as (browser, token):
        page = browser.ask("GET", f"/sign-in?token={token}")
        assert page.status == 200
        assert "<div id=" in page.text
        script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
        assert script is not None
        assert browser.ask("GET", script[1]).status == 200
        assert browser.ask("GET", "/api/v1/entities").status == 401
        session = browser.sign_in(token)
        assert (session["workspace"]["demo"], session["user"]["roles"]) == (True, ["administrator"])
        entities = {each["key"] for each in browser.get("/entities")["items"]}
        assert {"customer", "order", "deal", "coupon"} <= entities
        assert browser.post("/records/customer/query")["items"]
        assert {each["status"] for each in browser.get("/rules")["items"]} == {"published"}
