"""Fixtures for every room: a private PostgreSQL per test worker, and a fresh empty database per test."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import NullPool

from ruleloom.runtime.durable.worker import Worker
from ruleloom.runtime.workspace import HOME_VARIABLE, Workspace
from ruleloom.storage.database import Database
from ruleloom.storage.schema.migrate import migrate

_numbers = itertools.count(1)

# The ordinary run tries the same examples every time, so that it speaks of the change; the full one looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
settings.load_profile("searching" if os.environ.get("RULELOOM_SIZE") == "full" else "steady")


MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - a folder of its own is made in it
"""Where files stay in memory, and how much has to be free there to make databases in it."""

LONGEST_FIRST = ("properties", "browser", "house", "stories", "imports", "runtime")
"""Rooms whose files take longest: begun first, so that no worker sits idle beside one long file at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the long rooms first; within them, and after them, the order stays."""
    rank = {room: place for place, room in enumerate(LONGEST_FIRST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).parts[0], len(rank)))


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files of which nobody said in which folder go to a temporary one: no test writes in the source."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for databases, in memory where there is room: a new one costs a fifth of what it costs on a disk."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(prefix="db", dir=MEMORY if roomy else None) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def worker(workspace: Workspace) -> Iterator[Worker]:
    """A worker of this process, for what is carried out durably: effects, imports, syncs."""
    working = Worker(workspace)
    working.start()
    yield working
    working.stop()


def _postgres_bin() -> Path | None:
    found = shutil.which("pg_ctl")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -int(place.parent.name))
    return next((place for place in places if (place / "initdb").exists()), None)


class _Cluster:
    """A PostgreSQL of its own in a temporary folder, on a unix socket; as root it runs as an unprivileged user."""

    def __init__(self, folder: str, binaries: Path) -> None:
        self.folder, self.binaries = folder, binaries
        self.lower: dict[str, object] = {}
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
            self.lower = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"

    def _do(self, *words: str) -> None:
        subprocess.run(
            [f"{self.binaries}/{words[0]}", *words[1:]],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": self.folder},
            **self.lower,  # type: ignore[call-overload]
        )

    def start(self) -> None:
        data = f"{self.folder}/data"
        words = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self._do("initdb", "-D", data, *words)
        options = f"-c listen_addresses= -k {self.folder} -c fsync=off -c synchronous_commit=off"
        options += " -c full_page_writes=off -c max_connections=200 -c autovacuum=off -c max_wal_size=256MB"
        self._do("pg_ctl", "-D", data, "-s", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        self._do("pg_ctl", "-D", f"{self.folder}/data", "-s", "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgres(scratch: Path) -> Iterator[str]:
    """URL of a PostgreSQL server for the session (one per xdist worker); absent: loud skip, failure with CI=true."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    binaries = _postgres_bin()
    if binaries is None:
        reason = "no PostgreSQL: apt-get install postgresql, or set TEST_DATABASE_URL"
        if os.environ.get("CI"):
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="pg", dir=scratch) as folder:
        cluster = _Cluster(folder, binaries)
        cluster.start()
        try:
            yield cluster.url
        finally:
            cluster.stop()


@pytest.fixture(scope="session")
def _postgres_admin(postgres: str) -> Iterator[Engine]:
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    yield engine
    engine.dispose()


def _copy_of(template: str, admin: Engine) -> Iterator[str]:
    """A fresh database from a template, dropped afterwards."""
    name = f"t_{os.getpid()}_{next(_numbers)}"
    with admin.connect() as connection:
        connection.execute(text(f'create database "{name}" template "{template}" strategy file_copy'))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))


@pytest.fixture
def postgres_database(_postgres_admin: Engine) -> Iterator[str]:
    """URL of a fresh, empty PostgreSQL database, dropped afterwards."""
    yield from _copy_of("template0", _postgres_admin)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a fresh, empty database: every test that takes it runs on SQLite (a file) and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'workspace.db'}"
    url: str = request.getfixturevalue("postgres_database")
    return make_url(url).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    opened = Database(url)
    migrate(opened)
    opened.close()


Copies = Callable[[str], AbstractContextManager[str]]
"""Gives the URL of a fresh copy of the database of a URL, for as long as the context lasts."""


@pytest.fixture(scope="session")
def copies(request: pytest.FixtureRequest, scratch: Path) -> Copies:
    """Copies databases of either kind; nobody may be connected to the one that is copied."""

    @contextmanager
    def copy(url: str) -> Iterator[str]:
        made = make_url(url)
        if made.get_backend_name() == "sqlite":
            with tempfile.TemporaryDirectory(prefix="copy", dir=scratch) as folder:
                path = Path(folder) / "workspace.db"
                shutil.copyfile(str(made.database), path)
                yield f"sqlite:///{path}"
        else:
            yield from _copy_of(str(made.database), request.getfixturevalue("_postgres_admin"))

    return copy


@pytest.fixture(scope="session")
def postgres_template(_postgres_admin: Engine) -> Iterator[str]:
    """URL of a PostgreSQL database with the system tables, from which tests get their copies."""
    made = contextmanager(_copy_of)("template0", _postgres_admin)
    with made as url:
        _migrate(url)
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a SQLite file with the system tables, from which tests get their copies."""
    url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'workspace.db'}"
    _migrate(url)
    return url


def template_of(request: pytest.FixtureRequest) -> str:
    """URL of the template of the kind that a fixture's parameter names."""
    template: str = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_template")
    return template


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_database(request: pytest.FixtureRequest, copies: Copies) -> Iterator[str]:
    """URL of a fresh database that has the system tables already (quicker than migrating in each test)."""
    with copies(template_of(request)) as url:
        yield url
