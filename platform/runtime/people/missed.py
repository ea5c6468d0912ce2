"""Who would miss a person: records that point to them, rules they published, programs that act with their tokens.

Told before an account is switched off, and to every administrator when it was, by whatever door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from ruleloom.access import RoleName
from ruleloom.forms.entity import USER, Entity, Field
from ruleloom.messages import LANGUAGES, Language, text
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import notices
from ruleloom.storage.people import accounts, api_tokens
from ruleloom.storage.records import shown
from ruleloom.storage.schema.catalogue import DELETED_AT, Catalogue
from ruleloom.storage.schema.definitions import Definitions

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Held:
    """So many records of an entity point to the person with one field."""

    entity: Entity
    field: Field
    count: int


@dataclass(frozen=True, slots=True)
class Missed:
    """What names a person. Rules (id, name) go on without their author, tokens end with the account."""

    records: Sequence[Held]
    rules: Sequence[tuple[str, str]]
    tokens: int


def missed_of(connection: Connection, catalogue: Catalogue, definitions: Definitions, user: int) -> Missed:
    """Everything that names a person, the fields with most records first."""
    held = [
        Held(entity, field, _count(connection, catalogue, entity, field, user))
        for entity, field in catalogue.holders(USER)
        if field in catalogue.tables[entity.id].stored
    ]
    rules = [
        (str(rule.id), rule.name)
        for rule in definitions.all("rule", published=True)
        if definitions.version(rule.id, rule.published_version or 0).author == user
    ]
    tokens = len(api_tokens.of_account(connection, user))
    return Missed(sorted((each for each in held if each.count), key=lambda each: -each.count), rules, tokens)


def _count(connection: Connection, catalogue: Catalogue, entity: Entity, field: Field, user: int) -> int:
    table = catalogue.table(entity.id)
    asked = select(func.count()).where(table.c[field.key] == user, table.c[DELETED_AT].is_(None))
    return int(connection.scalar(asked) or 0)


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


def _called(held: Held, language: Language) -> Mapping[str, str]:
    return {
        "entity": held.entity.labels.get(language) or held.entity.name,
        "field": held.field.labels.get(language) or held.field.name,
    }
