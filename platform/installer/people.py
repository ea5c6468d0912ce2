"""Accounts for the people of an app's sample: with the roles of their row, without a password.

An administrator gives them a password, or a one-time sign-in; until then nobody can sign in as them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruleloom.access import RoleName
from ruleloom.forms.entity import USER
from ruleloom.installer.sample import ROLES
from ruleloom.runtime.people.emails import folded_email
from ruleloom.runtime.time.clock import machine_now
from ruleloom.storage.people import accounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.installer.app_files import AppFiles
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


def open_accounts(uow: UnitOfWork, app: AppFiles) -> int:
    """An account for every person of the sample who has none; how many were opened."""
    based_on = {str(role["key"]): str(role.get("based_on", RoleName.MEMBER)) for role in app.roles}
    people = [
        dict(zip(table.columns, row, strict=False))
        for table in app.samples
        if table.entity == USER
        for row in table.rows
    ]
    opened = 0
    for person in people:
        email = folded_email(person.get("email", ""))
        user = uow.find_by_key(USER, "email", email) if email else None
        if user is None or accounts.by_email(uow.connection, email):
            continue
        language = "zh" if app.workspace.get("language") == "zh" else "en"
        roles = _roles(person, based_on)
        row = accounts.AccountRow(user, email, None, roles, language, True, 0, None)
        accounts.add(uow.connection, row, machine_now())
        opened += 1
    return opened


def _roles(person: Mapping[str, str], based_on: Mapping[str, str]) -> tuple[str, ...]:
    """The built-in roles that the app's roles are based on; member where a row names none."""
    named = [word for word in person.get(ROLES, "").split(";") if word]
    return tuple(dict.fromkeys(based_on.get(word, word) for word in named)) or (RoleName.MEMBER,)
