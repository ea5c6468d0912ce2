"""The work of a process that was killed goes on in another one."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import records
from ruleloom.runtime.durable.worker import Worker
from ruleloom.runtime.imports import service
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs.firing_log import EffectRow
from tests.runtime.test_time_and_worker import CALL, effects, until

ROOT = Path(__file__).parents[2]
TAKEN_OVER = 10.0
"""Seconds within which the work of a dead worker is taken over on PostgreSQL."""
ROWS = 45


@contextmanager
def holding(workspace: Workspace, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has its work in hand, killed at the latest when the test ends."""
    url = workspace.database.url.render_as_string(hide_password=False)
    words = [sys.executable, "-m", "tests.runtime.holding_process", url, str(workspace.folder), *more]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert any(line == "held\n" for line in process.stdout)
            yield process
        finally:
            process.kill()


def test_an_effect_that_a_killed_worker_held_is_taken_over(
    workspace: Workspace, rule: Callable[[str], str], create: Callable[..., records.Written]
) -> None:
    if workspace.database.is_sqlite:
        pytest.skip("an SQLite workspace has one worker; its work goes on with the next start (test_kills)")
    rule(CALL)
    create(name="A", credit="11")
    (effect,) = effects(workspace)
    seen: list[int] = []

    def call(given: EffectRow) -> Any:
        seen.append(given.id)
        return {}

    with holding(workspace) as process:
        worker = Worker(workspace, {"call": call})
        worker.start()
        try:
            assert seen == [], "the other one has it in hand"
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            killed = time.monotonic()
            assert until(lambda: effects(workspace)[0].status == "done", 3 * TAKEN_OVER)
            assert time.monotonic() - killed < TAKEN_OVER
        finally:
            worker.stop()
    assert seen == [effect.id], "with the same key"


def test_an_import_goes_on_by_itself_each_row_once(workspace: Workspace, tmp_path: Path) -> None:
    file = "Name\n" + "".join(f"K{number}\n" for number in range(ROWS))
    row = service.begin(workspace, WORKSPACE, "customer", "f.csv", io.BytesIO(file.encode()))
    service.set_plan(workspace, WORKSPACE, row.id, {"columns": {"name": "Name"}, "key": []})
    with holding(workspace, str(row.id)) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    left = service.read(workspace, WORKSPACE, row.id)
    assert (left.status, left.progress["done"]) == ("running", 20)
    worker = Worker(workspace)
    worker.start()
    try:
        assert until(lambda: service.read(workspace, WORKSPACE, row.id).status == "done", 60)
    finally:
        worker.stop()
    ended = service.read(workspace, WORKSPACE, row.id)
    assert (ended.progress["done"], (ended.report or {})["created"]) == (ROWS, ROWS)
    with workspace.reading() as opened:
        names = [each["name"] for each in opened.store.snapshots(*_all(opened)).values()]
    assert sorted(map(str, names)) == sorted(f"K{number}" for number in range(ROWS))


def _all(opened: Any) -> tuple[str, Any]:
    entity = opened.published.entity("customer").id
    return entity, opened.store.all_records(entity)
