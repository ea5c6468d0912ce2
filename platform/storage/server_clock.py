"""The workspace's real time where the database keeps it (PostgreSQL): for all processes one clock that never runs back.

A sequence holds the latest instant that was given out; sequences belong to no transaction, so what one transaction
was told binds every other at once, also when the machine's clock is set back. Microseconds UTC, without any offset.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_CLOCK = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_KEY = 4_781_220_113
"""Advisory lock for the moment between looking at the sequence and setting it."""
_INSTALL = f"""
create sequence workspace_clock minvalue 0 start 0;
create function workspace_now() returns bigint language plpgsql volatile as $$
declare found bigint;
begin
  perform pg_advisory_lock({_KEY});
  select greatest(last_value, {_CLOCK}) into found from workspace_clock;
  perform setval('workspace_clock', found);
  perform pg_advisory_unlock({_KEY});
  return found;
end $$;
"""  # noqa: S608 - made of this file's own words only
_TELL = text("select workspace_now()")
_LOOK = text(f"select greatest(last_value, {_CLOCK}) from workspace_clock")  # noqa: S608 - the same


def install(connection: Connection) -> None:
    """Makes the sequence and its function (migration); nothing to do on SQLite, which has one writer."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(_INSTALL))


def tell(connection: Connection) -> int | None:
    """The present instant for a write: nobody is told an earlier one afterwards. None on SQLite."""
    if connection.dialect.name == "sqlite":
        return None
    return int(connection.execute(_TELL).scalar_one())


def look(connection: Connection) -> int | None:
    """The present instant for reading: not before what any write was told. None on SQLite."""
    if connection.dialect.name == "sqlite":
        return None
    return int(connection.execute(_LOOK).scalar_one())
