"""A person's record and account in step: who is deleted or made inactive is out at once; an administrator stays.

Whoever writes: people, rules, imports and other systems all come by `follow`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from ruleloom.access import RoleName
from ruleloom.dsl.types import Value
from ruleloom.engine.store import RecordChange
from ruleloom.forms.entity import USER
from ruleloom.messages import Diagnostic
from ruleloom.runtime.missing import Conflict
from ruleloom.runtime.people import missed
from ruleloom.runtime.people.emails import require_email
from ruleloom.storage.people import accounts as rows
from ruleloom.storage.people import sessions
from ruleloom.storage.people.accounts import AccountRow

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

_FOLLOWED = ("active", "email")


def follow(uow: UnitOfWork, changes: Iterable[RecordChange]) -> None:
    """Accounts follow what is written to the records of people; `Conflict` (409) refuses the write."""
    for change in changes:
        before, after = change.before, change.after
        if change.entity != USER or before is None:
            continue
        if after is None:
            leave(uow, cast("int", change.record))
            continue
        changed = {key: after.get(key) for key in _FOLLOWED if before.get(key) != after.get(key)}
        if changed:
            keep_in_step(uow, cast("int", change.record), changed)


def keep_in_step(uow: UnitOfWork, user: int, values: Mapping[str, Value]) -> None:
    """The account follows what is written to its person's record: inactive is out, a new address signs in."""
    if values.get("active") is False:
        leave(uow, user)
    account = rows.by_user(uow.connection, user)
    email = values.get("email")
    if account is None or not isinstance(email, str):
        return
    folded = require_email(email)
    other = rows.by_email(uow.connection, folded)
    if other is not None and other.user != user:
        raise Conflict(Diagnostic("email-taken", params={"email": email}, target="email"))
    rows.change(uow.connection, user, email=folded)


def leave(uow: UnitOfWork, user: int) -> None:
    """Switches the account of a person off whose record goes; restoring the record does not switch it on again."""
    account = rows.by_user(uow.connection, user)
    if account is None or not account.active:
        return
    if administers(account):
        require_another(uow, user)
    rows.change(uow.connection, user, active=False)
    sessions.end_all(uow.connection, user)
    missed.tell(uow, user)


def require_another(uow: UnitOfWork, user: int) -> None:
    """The last active administrator cannot be taken away (409): nobody could give the right back."""
    if not any(administers(row) for row in rows.every(uow.connection) if row.user != user):
        raise Conflict(Diagnostic("last-administrator", target="roles"))


def administers(account: AccountRow) -> bool:
    """Whether somebody can sign in as administrator by it."""
    return account.active and RoleName.ADMINISTRATOR in account.roles
