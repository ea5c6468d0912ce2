"""People who leave: whose record is deleted can no longer sign in, and somebody who administers always stays."""

from __future__ import annotations

from ruleloom.access import RoleName
from ruleloom.messages import Diagnostic
from ruleloom.runtime.missing import Conflict
from ruleloom.runtime.unit_of_work import UnitOfWork
from ruleloom.storage import accounts as rows
from ruleloom.storage import sessions
from ruleloom.storage.accounts import AccountRow


def leave(uow: UnitOfWork, user: int) -> None:
    """Switches the account of a person off whose record goes; restoring the record does not switch it on again."""
    account = rows.by_user(uow.connection, user)
    if account is None or not account.active:
        return
    if administers(account):
        require_another(uow, user)
    rows.change(uow.connection, user, active=False)
    sessions.end_all(uow.connection, user)


def require_another(uow: UnitOfWork, user: int) -> None:
    """The last active administrator cannot be taken away (409): nobody could give the right back."""
    if not any(administers(row) for row in rows.every(uow.connection) if row.user != user):
        raise Conflict(Diagnostic("last-administrator", target="roles"))


def administers(account: AccountRow) -> bool:
    """Whether somebody can sign in as administrator by it."""
    return account.active and RoleName.ADMINISTRATOR in account.roles
