"""What each role may do: grants, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ruleloom.access.actor import RoleName
from ruleloom.dsl.nodes import Condition


class Verb(StrEnum):
    """Everything that can be permitted."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    DEFINE = "define"
    """Draw entities, forms, pipelines and rules."""
    PUBLISH = "publish"
    SHARE = "share"
    """Give a view to everyone."""
    IMPORT = "import"
    CONNECT = "connect"
    INSTALL = "install"
    ADMINISTER = "administer"
    """People, their roles and passwords."""


WRITES = frozenset({Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.RESTORE})
RECORD_VERBS = WRITES | {Verb.READ}


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission. What is None or empty stands for everything of its kind.

    `scope` narrows to the records that satisfy a condition of the language (`owner = me`), `fields` to some field keys.
    """

    verbs: frozenset[Verb]
    entity: str | None = None
    fields: frozenset[str] | None = None
    scope: Condition | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of grants; `refused` takes verbs on an entity away from what the grants give."""

    name: str
    grants: tuple[Grant, ...]
    refused: Mapping[str, frozenset[Verb]] = field(default_factory=dict)


_PEOPLE = {"user": WRITES, "team": WRITES}
_MEMBER = Grant(RECORD_VERBS)
_MANAGER = Grant(frozenset({Verb.DEFINE, Verb.PUBLISH, Verb.SHARE, Verb.IMPORT}))
_ADMINISTRATOR = Grant(frozenset(Verb))

BUILT_IN: Mapping[str, Role] = {
    RoleName.MEMBER: Role(RoleName.MEMBER, (_MEMBER,), _PEOPLE),
    RoleName.MANAGER: Role(RoleName.MANAGER, (_MEMBER, _MANAGER), _PEOPLE),
    RoleName.ADMINISTRATOR: Role(RoleName.ADMINISTRATOR, (_ADMINISTRATOR,)),
}


def held(names: Iterable[str], roles: Mapping[str, Role] = BUILT_IN) -> tuple[Role, ...]:
    """The roles of these names; a name nobody defined grants nothing."""
    return tuple(roles[name] for name in names if name in roles)
