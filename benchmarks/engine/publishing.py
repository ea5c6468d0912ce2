"""Publishing a rule over very many records with related rows, beside the SQL that a programmer writes for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from shop import open_shop, publish_rule
from sqlalchemy import text

from ruleloom.runtime.workspace import Workspace

RULE = """rule "Win back" on customer
when at least 2 orders and no orders in the last 30 days
then notify created_by "{name}"
"""
MONTH = 30 * 86_400 * 1_000_000
BY_HAND = """
INSERT INTO by_hand (record, holds, deadline)
SELECT c.id, coalesce(o.number, 0) >= 2 AND o.newest + :month <= :now,
       CASE WHEN o.newest + :month > :now THEN o.newest + :month END
FROM r_customer c LEFT JOIN (
  SELECT customer, count(*) AS number, max(ordered_at) AS newest FROM r_order WHERE deleted_at IS NULL GROUP BY customer
) o ON o.customer = c.id
WHERE c.deleted_at IS NULL AND o.number >= 1
"""
"""Every customer's verdict and the instant at which it may change, as one statement."""


def compare(url: str, folder: Path, records: int, related: int) -> dict[str, Any]:
    """Wall seconds of both over `records` customers with `related` orders in all; what they remember must agree."""
    with open_shop(url, folder) as workspace:
        now = workspace.clock.now()
        _fill(workspace, records, related, now)
        first = _by_hand(workspace, now)
        begin, cpu = time.perf_counter(), time.process_time()
        publish_rule(workspace, RULE)
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        _agree(workspace)
        hand = min(first, _by_hand(workspace, now))  # who comes first finds nothing in memory yet
        return {
            "records": records,
            "related": related,
            "ours_s": wall,
            "ours_cpu_s": cpu,
            "by_hand_s": hand,
            "by_hand_first_s": first,
            "ratio": wall / hand,
        }


def _fill(workspace: Workspace, records: int, related: int, now: int) -> None:
    """Customers, and orders that lie up to 400 days back, written by the database itself."""
    with workspace.database.write() as connection:
        series = "generate_series(CAST(1 AS bigint), :n) AS t(i)"
        if workspace.database.is_sqlite:
            series = "(WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < :n) SELECT i FROM t)"
        stamp = "created_at, updated_at, version"
        connection.execute(
            text(f"INSERT INTO r_customer (id, {stamp}, name) SELECT i, :now, :now, 1, 'C' || i FROM {series}"),
            {"n": records, "now": now},
        )
        connection.execute(
            text(
                f"INSERT INTO r_order (id, {stamp}, customer, ordered_at)"
                f" SELECT 1000000000 + i, :now, :now, 1, 1 + (i * 7919) % :records,"
                f" :now - 60000000 * (1 + (i * 104729) % 576000) FROM {series}"
            ),
            {"n": related, "now": now, "records": records},
        )
    with workspace.database.write() as connection:
        connection.execute(text("ANALYZE"))


def _by_hand(workspace: Workspace, now: int) -> float:
    with workspace.database.write() as connection:
        connection.execute(text("DROP TABLE IF EXISTS by_hand"))
        connection.execute(text("CREATE TABLE by_hand (record bigint PRIMARY KEY, holds boolean, deadline bigint)"))
    begin = time.perf_counter()
    with workspace.database.write() as connection:
        connection.execute(text(BY_HAND), {"now": now, "month": MONTH})
    return time.perf_counter() - begin


def _agree(workspace: Workspace) -> None:
    """Who matches is the same, but for customers whose month ended between the two."""
    with workspace.database.read() as connection:
        ask = "SELECT count(*) FROM {} WHERE holds"
        hand = int(connection.scalar(text(ask.format("by_hand"))) or 0)
        late = int(
            connection.scalar(
                text("SELECT count(*) FROM by_hand WHERE deadline <= :now"), {"now": workspace.now(connection)}
            )
            or 0
        )
        ours = int(connection.scalar(text(ask.format("rule_memories"))) or 0)
    if not hand <= ours <= hand + late:
        raise SystemExit(f"answers differ: {ours} by the rule, {hand} by hand")
