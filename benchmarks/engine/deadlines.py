"""A million stored deadlines: finding what is due, and how late a thousand a second are settled."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from measuring import both
from shop import open_shop, publish_rule
from sqlalchemy import insert, select

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import accounts, batch
from ruleloom.runtime.time.ticker import Ticker
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.facts.store import SqlStore
from ruleloom.storage.tables.work import firings, rule_memories

FAR = 4_000_000_000_000_000
"""An instant that does not come while this runs."""
SECOND = 1_000_000
RULE = 'rule "Reminder" on customer when due older than 1 hour then notify owner "{name} is due"'
MORE = ({"name": "due", "type": "datetime"}, {"name": "owner", "type": "user"})


def measure(url: str, folder: Path, stored: int, seconds: int, rounds: int) -> dict[str, Any]:
    """Milliseconds to find what is due among `stored` deadlines; lateness of 1,000 firings a second for `seconds`."""
    with open_shop(url, folder, more=MORE) as workspace:
        publish_rule(workspace, RULE)
        _fill(workspace, stored)
        looked = _look(workspace, rounds)
        return {"stored": stored, "tick": looked, "late": _late(workspace, seconds)}


def _fill(workspace: Workspace, count: int) -> None:
    with workspace.database.write() as connection:
        for first in range(0, count, 10_000):
            rows = [
                {"rule": "0", "record": -each, "holds": False, "deadline": FAR + each * 1_000, "firing_counts": False}
                for each in range(first + 1, min(first + 10_000, count) + 1)
            ]
            connection.execute(insert(rule_memories), rows)


def _look(workspace: Workspace, rounds: int) -> dict[str, float]:
    """What the clock asks at each tick when nothing is due, and when the first of the million is."""
    with workspace.database.read() as connection:
        store = SqlStore(connection, workspace.published.catalogue)
        acts = {"nothing due": lambda: store.next_due(FAR), "first due": lambda: store.due_at(FAR + 1_000)}
        assert acts["nothing due"]() is None
        assert len(store.due_at(FAR + 1_000)) == 1
        return {name: taken["wall_ms"] for name, taken in both(acts, rounds, 200).items()}


def _late(workspace: Workspace, seconds: int) -> dict[str, float]:
    """A customer becomes due each millisecond; how much later each firing was recorded, by the workspace's clock."""
    ada = accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com")
    count = seconds * 1_000
    begin = workspace.clock.now() + SECOND * (15 + count // 200)
    customer = workspace.published.entity("customer")
    for first in range(0, count, 1_000):
        rows = [
            {"name": f"C{each}", "owner": int(ada.id), "due": begin - 3600 * SECOND + each * 1_000}
            for each in range(first, min(first + 1_000, count))
        ]
        workspace.transact(lambda uow, rows=rows: batch.create_many_in(uow, customer, rows), WORKSPACE)
    if workspace.clock.now() >= begin:
        raise SystemExit("the machine is too slow to get ready in time")
    ticker, cpu = Ticker(workspace), time.process_time()
    ticker.start()
    end = time.monotonic() + (begin - workspace.clock.now()) / SECOND + 10 * seconds + 30
    while _recorded(workspace) < count and time.monotonic() < end:
        time.sleep(0.2)
    ticker.stop()
    cpu = time.process_time() - cpu
    with workspace.database.read() as connection:
        late = sorted(
            (recorded - at) / SECOND for at, recorded in connection.execute(select(firings.c.at, firings.c.recorded_at))
        )
    assert len(late) == count, "each fires once"
    return {
        "firings": count, "p50_s": statistics.median(late), "p99_s": late[int(count * 0.99)], "worst_s": late[-1],
        "cpu_ms_per_firing": cpu * 1_000 / count,
    }  # fmt: skip


def _recorded(workspace: Workspace) -> int:
    from sqlalchemy import func

    with workspace.database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(firings)) or 0)
