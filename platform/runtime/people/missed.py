"""Who would miss a person: records that point to them, rules they published, programs that act with their tokens.

Told before an account is switched off, and to every administrator when it was, by whatever door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruleloom.access import RoleName
from ruleloom.forms.entity import USER
from ruleloom.messages import LANGUAGES, Language, text
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import notices
from ruleloom.storage.people import accounts, api_tokens
from ruleloom.storage.records import shown
from ruleloom.storage.records.pointing import Pointing, pointing_to
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.schema.definitions import Definitions

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Missed:
    """What names a person. Rules (id, name) go on without their author, tokens end with the account."""

    records: Sequence[Pointing]
    rules: Sequence[tuple[str, str]]
    tokens: int


def missed_of(connection: Connection, catalogue: Catalogue, definitions: Definitions, user: int) -> Missed:
    """Everything that names a person, the fields with most records first."""
    rules = [
        (str(rule.id), rule.name)
        for rule in definitions.all("rule", published=True)
        if definitions.version(rule.id, rule.published_version or 0).author == user
    ]
    tokens = len(api_tokens.of_account(connection, user))
    return Missed(pointing_to(connection, catalogue, USER, user), rules, tokens)


def tell(uow: UnitOfWork, user: int) -> None:
    """Every administrator hears that somebody is out and what still names them, each in their own language."""
    catalogue = uow.published.catalogue
    found = missed_of(uow.connection, catalogue, uow.definitions, user)
    name = str(shown.titles(uow.connection, catalogue, USER, {user}).get(user) or user)
    words = {language: _words(name, found, language) for language in LANGUAGES}
    told = [row for row in accounts.every(uow.connection) if row.active and RoleName.ADMINISTRATOR in row.roles]
    rows = [
        notices.NoticeRow(
            uow.workspace.ids.next(), row.user, uow.now, words["zh" if row.language == "zh" else "en"], None, USER, user
        )
        for row in told
    ]
    notices.add(uow.connection, rows)


def _words(name: str, found: Missed, language: Language) -> str:
    parts = [text("person-left", language, {"name": name})]
    if found.records:
        named = [
            text("person-left-records", language, {"count": each.count, **_called(each, language)})
            for each in found.records
        ]
        parts.append(text("person-left-still", language, {"records": named}))
    if found.rules:
        parts.append(text("person-left-rules", language, {"count": len(found.rules)}))
    return " ".join(parts) if language == "en" else "".join(parts)


def _called(held: Pointing, language: Language) -> Mapping[str, str]:
    return {
        "entity": held.entity.labels.get(language) or held.entity.name,
        "field": held.field.labels.get(language) or held.field.name,
    }
