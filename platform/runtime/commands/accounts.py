"""People who can sign in. The person is a record of entity `user`; the account beside it holds password and roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ruleloom import access
from ruleloom.access import WORKSPACE, Actor, Forbidden, RoleName, Verb
from ruleloom.forms.entity import USER
from ruleloom.messages import Diagnostic, Language, RuleloomError
from ruleloom.runtime.commands import records
from ruleloom.runtime.missing import Conflict, Missing, id_of
from ruleloom.runtime.people.emails import folded_email, require_email
from ruleloom.runtime.people.known import acting, spoken
from ruleloom.runtime.people.leaving import administers, require_another
from ruleloom.runtime.people.missed import Missed, missed_of
from ruleloom.runtime.people.secrets_of import hash_password, password_fits
from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.people import accounts as rows
from ruleloom.storage.people import sessions as session_rows
from ruleloom.storage.people.accounts import AccountRow
from ruleloom.storage.schema.definitions import Definitions

SHORTEST_PASSWORD = 10


class WeakPassword(RuleloomError):
    """The new password is too easy, or the present one is wrong."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in, as shown."""

    id: str
    name: str
    email: str
    roles: tuple[str, ...]
    language: str
    active: bool


def actor_of(row: AccountRow) -> Actor:
    """As whom an account acts."""
    return acting(row.user, row.roles, row.language, row.email)


def own_account(actor: Actor) -> int:
    """The account of a signed-in person; `Forbidden` for the workspace itself, which has none."""
    if not isinstance(actor.user, int):
        raise Forbidden.of("no-account")
    return actor.user


def shown(workspace: Workspace, row: AccountRow) -> Account:
    """An account with the name of its person."""
    return _shown(workspace, [row])[0]


def read(workspace: Workspace, user: object) -> Account:
    """The account of a user id; `Missing` (404) when there is none."""
    return shown(workspace, account_row(workspace, cast("int", user)))


def everybody(workspace: Workspace, actor: Actor) -> Sequence[Account]:
    """All accounts by name; everybody who may read users may see them."""
    access.require(actor, Verb.READ, USER)
    with workspace.database.read() as connection:
        found = rows.every(connection)
    return sorted(_shown(workspace, found), key=lambda account: (account.name, account.id))


def missed(workspace: Workspace, actor: Actor, user: str) -> Missed:
    """What names a person: to be asked before the account is switched off."""
    access.require(actor, Verb.ADMINISTER)
    row = account_row(workspace, id_of(user))
    with workspace.reading() as reading:
        definitions = Definitions(reading.connection)
        return missed_of(reading.connection, reading.published.catalogue, definitions, row.user)


def create(
    workspace: Workspace,
    actor: Actor,
    name: str,
    email: str,
    password: str | None = None,
    roles: Sequence[str] = (RoleName.MEMBER,),
    language: Language | None = None,
    active: bool = True,
) -> Account:
    """Adds a person with an account; a user record with this address, where there is one, becomes the account's."""
    access.require(actor, Verb.ADMINISTER)
    folded = require_email(email)
    hashed = hash_password(_strong(password, folded)) if password is not None else None

    def add(uow: UnitOfWork) -> AccountRow:
        if rows.by_email(uow.connection, folded):
            raise Conflict(Diagnostic("email-taken", params={"email": email}, target="email"))
        row = AccountRow(_person(uow, name, folded), folded, hashed, tuple(roles), language, active, 0, None)
        rows.add(uow.connection, row, machine_now())
        return row

    return shown(workspace, workspace.transact(add, WORKSPACE if actor.user is None else actor))


def change(workspace: Workspace, actor: Actor, user: str, **given: Any) -> Account:
    """Changes a person's name, email, password, roles, language or `active`; ends the sessions where rights change."""
    access.require(actor, Verb.ADMINISTER)
    before = account_row(workspace, id_of(user))

    def apply(uow: UnitOfWork) -> None:
        _keep_an_administrator(uow, before, given)
        own: dict[str, Any] = {key: given[key] for key in ("name", "email", "active") if key in given}
        if own:
            records.update_in(uow, USER, before.user, own)
        rows.change(uow.connection, before.user, **_columns(before, given))
        if given.keys() & {"password", "roles", "active"}:
            session_rows.end_all(uow.connection, before.user)
            session_rows.drop_one_time(uow.connection, before.user)

    workspace.transact(apply, actor)
    return read(workspace, before.user)


def change_own(
    workspace: Workspace,
    actor: Actor,
    language: Language | None = None,
    password: str | None = None,
    current_password: str = "",
    session: str | None = None,
) -> Account:
    """What people may change about their own account; a new password needs the present one.

    It ends every other session of the account: whoever knew the old password is out. `session` (the hash of its
    secret) is the one that asks and stays.
    """
    row = account_row(workspace, own_account(actor))
    values: dict[str, Any] = {} if language is None else {"language": language}
    if password is not None:
        if row.password_hash and not password_fits(current_password, row.password_hash):
            raise WeakPassword(Diagnostic("password-wrong", target="current_password"))
        values["password_hash"] = hash_password(_strong(password, row.email))
    with workspace.database.write() as connection:
        rows.change(connection, row.user, **values)
        if password is not None:
            session_rows.end_all(connection, row.user, but=session)
            session_rows.drop_one_time(connection, row.user)
    return read(workspace, row.user)


def _person(uow: UnitOfWork, name: str, email: str) -> int:
    """The user record of that address, made when there is none."""
    found = uow.find_by_key(USER, "email", email)
    if found is not None:
        return found
    written = records.create_in(uow, USER, {"name": name, "email": email, "active": True})
    return cast("int", written.record)


def _columns(before: AccountRow, given: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {key: given[key] for key in ("roles", "language", "active") if key in given}
    if "email" in given:
        columns["email"] = require_email(given["email"])
    if "password" in given:
        strong = _strong(given["password"], columns.get("email", before.email))
        columns |= {"password_hash": hash_password(strong), "failed_attempts": 0, "locked_until": None}
    return columns


def _keep_an_administrator(uow: UnitOfWork, before: AccountRow, given: dict[str, Any]) -> None:
    after = replace(before, roles=tuple(given.get("roles", before.roles)), active=given.get("active", before.active))
    if administers(before) and not administers(after):
        require_another(uow, before.user)


def _strong(password: str, email: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(Diagnostic("password-short", params={"length": SHORTEST_PASSWORD}, target="password"))
    if folded_email(password) in (email, email.partition("@")[0]):
        raise WeakPassword(Diagnostic("password-is-address", target="password"))
    return password


def account_row(workspace: Workspace, user: int) -> AccountRow:
    """The account of a user id as it is kept; `Missing` (404) when there is none."""
    with workspace.database.read() as connection:
        found = rows.by_user(connection, user)
    if found is None:
        raise Missing.of("not-found")
    return found


def _shown(workspace: Workspace, found: Sequence[AccountRow]) -> list[Account]:
    with workspace.reading() as reading:
        people = reading.store.snapshots(USER, [row.user for row in found])
    return [_account(row, str(people.get(row.user, {}).get("name") or row.email)) for row in found]


def _account(row: AccountRow, name: str) -> Account:
    return Account(str(row.user), name, row.email, row.roles, spoken(row.language), row.active)
