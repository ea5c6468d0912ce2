"""How fast the engine is, as ratios beside bare code in the same run, with the machine's figures.

    python benchmarks/engine/run.py [--small] [--postgresql URL …] [--orders lines.csv.gz] [PART …] > figures.json

Parts: index, writes, floor, deadlines, publishing, simulation (all of them when none is named). `--small` is a
hundredth of the full size. On SQLite in a temporary folder; with `--postgresql`, which names a server on which
databases may be made, also there. CPU time of this process beside wall time; rounds are interleaved, the median counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from sqlalchemy import create_engine, make_url, text

sys.path.insert(0, str(Path(__file__).resolve().parent))

import deadlines
import floor
import index
import publishing
import simulation
import writes

from ruleloom.cli import _logging

PARTS = ("index", "writes", "floor", "deadlines", "publishing", "simulation")
GOALS: dict[str, tuple[tuple[str, ...], float]] = {
    "index_read_us": (("index", "read_us"), 40),
    "index_unread_us": (("index", "unread_us"), 10),
    "create_100_rules": (("writes", "ratios", "100"), 1.15),
    "create_1000_rules": (("writes", "ratios", "1000"), 1.5),
    "create_to_bare": (("floor", "ratio"), 2),
    "tick_ms": (("deadlines", "tick", "first due"), 0.1),
    "late_p99_s": (("deadlines", "late", "p99_s"), 1),
    "publishing_to_hand": (("publishing", "ratio"), 1.5),
    "simulated_events_s": (("simulation", "events_per_second"), 10_000),
}
"""Where each figure stands, and what it should be at most (events: at least)."""
_numbers = count(1)


@contextmanager
def databases(server: str | None, folder: Path, number: int) -> Iterator[list[str]]:
    """URLs of empty databases: files in the folder, or on a server, dropped afterwards."""
    if server is None:
        yield [f"sqlite:///{folder / f'{next(_numbers)}.db'}" for _ in range(number)]
        return
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    names = [f"ruleloom_bench_{os.getpid()}_{next(_numbers)}" for _ in range(number)]
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f'create database "{name}"'))
    try:
        yield [make_url(server).set(database=name).render_as_string(hide_password=False) for name in names]
    finally:
        with engine.connect() as connection:
            for name in names:
                connection.execute(text(f'drop database "{name}" with (force)'))
        engine.dispose()


def measure(part: str, server: str | None, small: bool, orders: Path) -> dict[str, Any]:
    """One part on one kind of database."""
    share = 100 if small else 1
    with TemporaryDirectory() as made, databases(server, Path(made), 3) as urls:
        folder = Path(made)
        if part == "index":
            return index.measure(10_000 // share, 9)
        if part == "writes":
            return writes.compare(dict(zip((1, 100, 1_000 // min(share, 5)), urls, strict=True)), folder, 9)
        if part == "floor":
            return floor.compare(urls[0], urls[1], folder, 9)
        if part == "deadlines":
            return deadlines.measure(urls[0], folder, 1_000_000 // share, 1 if small else 10, 9)
        if part == "publishing":
            return publishing.compare(urls[0], folder, 1_000_000 // share, 10_000_000 // share)
        return simulation.measure(orders, 3)


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    cpu = ""
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cpu": cpu, "cores": os.cpu_count(), "load": load, "python": platform.python_version()}


def judged(found: dict[str, Any]) -> dict[str, Any]:
    """Each goal with what was found; None where its part was not measured."""
    verdicts: dict[str, Any] = {}
    for name, (path, goal) in GOALS.items():
        value: Any = found
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        met = None if value is None else value >= goal if name == "simulated_events_s" else value <= goal
        verdicts[name] = {"goal": goal, "found": value, "met": met}
    return verdicts


def main() -> None:
    """Everything asked for, as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--postgresql", metavar="URL")
    parser.add_argument("--orders", type=Path, default=Path("../shared/data/online_retail/lines.csv.gz"))
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part called {', '.join(sorted(unknown))}")
    _logging.configure()  # lines are made as `ruleloom serve` makes them, and go nowhere
    structlog.configure(**structlog.get_config() | {"logger_factory": structlog.ReturnLoggerFactory()})
    result: dict[str, Any] = {"machine": machine()}
    kinds = {"sqlite": None} | ({"postgresql": given.postgresql} if given.postgresql else {})
    for kind, server in kinds.items():
        found = {part: measure(part, server, given.small, given.orders) for part in given.parts or PARTS}
        result[kind] = found | {"goals": judged(found)}
    sys.stdout.write(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
