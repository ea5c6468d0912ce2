"""A process that writes, keeps time and works is killed under load: nothing confirmed is lost, nothing happens twice.

A few kills in the test run; RULELOOM_SIZE=full kills thirty times.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from ruleloom.runtime.workspace import Workspace

KILLS = 30 if os.environ.get("RULELOOM_SIZE") == "full" else 2
ROOT = Path(__file__).parents[2]
RULES = (
    'rule "Tell" on customer when credit > 10 then call "erp.save" (name = name)',
    'rule "Gift" on customer when credit > 10 then create coupon (customer = this)',
    'rule "Quiet" on customer when seen older than 1 minute then set flag = "quiet"',
)


def begin(url: str, folder: Path, many: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.runtime.load_process", url, str(folder), str(many)]
    return subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def confirmed(process: subprocess.Popen[str], kill_after: float | None) -> dict[str, int]:
    """What the process confirmed until it was killed so many seconds after its first word, or was ready."""
    assert process.stdout is not None
    found: dict[str, int] = {}
    end: float | None = None
    for line in process.stdout:
        words = line.split()
        if words == ["ready"]:
            break
        if len(words) == 2 and words[0].startswith("C"):
            found[words[0]] = int(words[1])
        if kill_after is not None and end is None and found:
            end = time.monotonic() + kill_after
        if end is not None and time.monotonic() > end and process.poll() is None:
            process.send_signal(signal.SIGKILL)
    return found


def rows(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    with workspace.database.read() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_killed_under_load_nothing_is_lost_or_doubled(
    workspace: Workspace, rule: Callable[[str], str], database: str, tmp_path: Path
) -> None:
    tell, gift, quiet = (rule(each) for each in RULES)
    acknowledged: dict[str, int] = {}
    for _ in range(KILLS):
        with begin(database, tmp_path, 100_000) as process:
            acknowledged |= confirmed(process, random.uniform(0.05, 1.5))  # noqa: S311
        assert process.returncode == -signal.SIGKILL
    last = begin(database, tmp_path, 3)
    acknowledged |= confirmed(last, None)
    try:
        deadline = time.monotonic() + 90
        open_ = "select count(*) from effects where status <> 'done'"
        waiting = "select count(*) from rule_memories where deadline is not null"
        while rows(workspace, open_) != [(0,)] or rows(workspace, waiting) != [(0,)]:
            assert time.monotonic() < deadline, "effects or deadlines stay open"
            time.sleep(0.2)
    finally:
        last.communicate("", timeout=60)
    assert last.returncode == 0
    kept = {str(name) for (name,) in rows(workspace, "select name from r_customer")}
    assert acknowledged.keys() <= kept, "a confirmed write is lost"
    assert len(acknowledged) > KILLS
    rich = {str(name) for (name,) in rows(workspace, "select name from v_customer where credit > 10")}
    assert {name for name, credit in acknowledged.items() if credit > 10} <= rich
    fired = Counter(str(each) for (each,) in rows(workspace, "select rule from firings"))
    assert fired == {tell: len(rich), gift: len(rich), quiet: len(kept)}
    assert len(rows(workspace, "select distinct rule, record from firings")) == sum(fired.values())
    assert rows(workspace, "select count(*), count(distinct customer) from r_coupon") == [(len(rich), len(rich))]
    dues = rows(
        workspace,
        f"select f.at - c.seen from firings f join r_customer c on c.id = f.record where f.rule = '{quiet}'"
        " and f.at > c.created_at",
    )
    assert {due for (due,) in dues} <= {60_000_000}, "each edge has its own due time"
    received = [line.split() for line in (tmp_path / "received").read_text().splitlines()]
    assert {name for _, name in received} == rich, "each call was made"
    assert len({key for key, _ in received}) == len(rich), "again only with the same key"
