"""What every transaction that writes asks first, in one statement.

Some settings, when anything is due, what time it is, and, where a browser's session asks to write, whether that lives.
On PostgreSQL a function takes the lock of the rule set first and looks only then: a statement of its own would look at
what was published before it had to wait. Both databases answer with one text of JSON, which costs a driver least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import loads
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from ruleloom.storage import workspace_settings
from ruleloom.storage.people.sessions import Living
from ruleloom.storage.prepared import ask

_INSTALL = f"""
create function workspace_outset(keys text[], session text, real_now bigint) returns text
language plpgsql volatile as $$
declare living json;
begin
  perform pg_advisory_xact_lock_shared({workspace_settings.RULE_SET_LOCK});
  if session is not null then
    select json_build_array(
        s.account, s.csrf, s.created_at, s.last_seen_at, a.active, a.roles::json, a.language, a.email, u.version
      )
      into living
      from sessions s join accounts a on a.user = s.account
      left join r_user u on u.id = s.account and u.deleted_at is null
      where s.token_hash = session and s.expires_at > real_now;
  end if;
  return json_build_object(
    'kept', (select json_object_agg(s.key, s.value::json) from settings s where s.key = any(keys)),
    'due', least(
      (select min(m.deadline) from rule_memories m where m.deadline is not null),
      (select min(t.next_at) from schedules t),
      (select min(r.wake) from parked_runs r),
      (select min(p.at) from put_off p)
    ),
    'living', living,
    'told', workspace_now()
  );
end $$;
"""  # noqa: S608 - made of this file's own words only

_FUNCTION = "select workspace_outset(%s::text[], %s::text, %s::bigint)"
_SQLITE = """
select json_object(
  'kept', (select json_group_object(s.key, json(s.value)) from settings s where s.key in ({keys})),
  'due', (
    select min(due) from (
      select min(deadline) as due from rule_memories where deadline is not null
      union all select min(next_at) from schedules
      union all select min(wake) from parked_runs
      union all select min(at) from put_off
    )
  ){living}
)
"""
_LIVING = """,
  'living', (
    select json_array(
      s.account, s.csrf, s.created_at, s.last_seen_at, a.active, json(a.roles), a.language, a.email, u.version
    )
    from sessions s join accounts a on a.user = s.account
    left join r_user u on u.id = s.account and u.deleted_at is null
    where s.token_hash = ? and s.expires_at > ?
  )
"""


class Outset(NamedTuple):
    """How things stand when a transaction begins."""

    settings: Mapping[str, Any]
    """Those of the settings asked for that are set."""
    earliest: int | None
    """The next instant at which anything is due (deadline, tick, wait, put off)."""
    now: int | None
    """The present instant, by the clock that the database keeps (PostgreSQL)."""
    session: Living | None = None
    """The session asked for, while it lives."""
    person_version: object = None
    """The version of the record of the person who is signed in."""


def install(connection: Connection) -> None:
    """Makes the function (migration); nothing to do on SQLite, where a writer is alone from the start."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(_INSTALL))


class Question:
    """The statements about these settings; made once."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)
        marks = ", ".join("?" * len(keys))
        self._alone = _SQLITE.format(keys=marks, living="")
        self._with_session = _SQLITE.format(keys=marks, living=_LIVING)

    def ask(self, connection: Connection, session: str | None = None, real_now: int = 0) -> Outset:
        """The answer of now. `session`: the hash of a session's secret, asked for at `real_now` (microseconds UTC)."""
        if connection.dialect.name != "sqlite":
            found = ask(connection, _FUNCTION, (list(self._keys), session, real_now))
        elif session is None:
            found = ask(connection, self._alone, self._keys)
        else:
            found = ask(connection, self._with_session, (*self._keys, session, real_now))
        told = loads(found[0][0])
        living = told.get("living")
        if living is None:
            return Outset(told["kept"] or {}, told["due"], told.get("told"))
        *account, version = living
        account[_ACTIVE] = bool(account[_ACTIVE])
        return Outset(told["kept"] or {}, told["due"], told.get("told"), Living(*account), version)


_ACTIVE = Living._fields.index("active")
