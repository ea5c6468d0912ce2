"""The change counter: goes up with every committed write; browsers ask by it whether anything happened."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.exc import IntegrityError

from ruleloom.storage.prepared import PreparedWrite
from ruleloom.storage.tables.system import change_counters

SHARDS = 16
"""Rows on PostgreSQL; each connection adds to one, so that writers seldom wait for each other."""
_COUNT = PreparedWrite(
    change_counters.update()
    .where(change_counters.c.shard == bindparam("mine"))
    .values(value=change_counters.c.value + 1)
)
_PROCESS = text("select pg_backend_pid()")


def bump(connection: Connection) -> None:
    """Counts this write; call it last in the transaction (it takes a row lock on PostgreSQL until the commit)."""
    shard = _shard(connection)
    if _COUNT.run(connection, [{"mine": shard}]):
        return
    try:
        with connection.begin_nested():
            connection.execute(change_counters.insert().values(shard=shard, value=1))
    except IntegrityError:  # another connection made the row at this moment
        _COUNT.run(connection, [{"mine": shard}])


def current(connection: Connection) -> int:
    """The counter as of the committed writes that this transaction sees."""
    return int(connection.scalar(select(func.coalesce(func.sum(change_counters.c.value), 0))) or 0)


def _shard(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        return 0
    if "shard" not in connection.info:  # kept as long as the database's own connection lives
        connection.info["shard"] = int(connection.scalar(_PROCESS) or 0) % SHARDS
    return int(connection.info["shard"])
