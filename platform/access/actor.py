"""Who does something: a signed-in person, or the workspace itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ruleloom.dsl.types import RecordId
from ruleloom.messages import Language


class RoleName(StrEnum):
    """The roles that every workspace has; each includes the ones below it."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the roles held now; `user` is the id of the person's record, None for the workspace."""

    user: RecordId | None
    roles: frozenset[str]
    language: Language = "en"
    name: str = ""


WORKSPACE = Actor(None, frozenset({RoleName.ADMINISTRATOR}), name="workspace")
"""As whom rules, schedules, the installer and the command line act."""
