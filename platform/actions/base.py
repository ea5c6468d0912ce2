"""What an action is: what its intent comes down to (writes, notices, work for outside), and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ruleloom.dsl.types import RecordId
from ruleloom.engine.intents import Intent, Write
from ruleloom.messages import LANGUAGES, Language, text

Both = dict[Language, str]
"""A sentence in each language."""


@dataclass(frozen=True, slots=True)
class About:
    """The firing an action belongs to: the record, who wrote (None: time or another rule), and the instant."""

    entity: str
    record: RecordId
    title: str
    at: int
    writer: RecordId | None = None
    author: RecordId | None = None
    """Who created the record: hears warnings that nobody else can."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An in-app notice to one user about the firing's record."""

    user: RecordId
    text: str


@dataclass(frozen=True, slots=True)
class Work:
    """What an intent comes down to. `content`: for the worker, all values worked out, as JSON."""

    write: Write | None = None
    notices: tuple[Notice, ...] = ()
    warnings: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)


class ActionKind:
    """Base of all kinds of action; a subclass says which intent it takes and what comes of it."""

    kind: ClassVar[str]
    """Its name in the list of effects: `notify`."""
    intent: ClassVar[type[Any]]
    """The engine's intent that it carries out."""
    leaves: ClassVar[bool] = False
    """Whether it leaves the workspace: then it is done by the worker after the commit."""

    def work_out(self, intent: Any, about: About) -> Work:
        """The work of an intent. Pure."""
        raise NotImplementedError

    def summary(self, intent: Any, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:
        """One line for people in each language; `names` holds the labels of entities and titles of users by id."""
        raise NotImplementedError


def both(code: str, **params: Any) -> Both:
    """The text of a code in each language."""
    return {language: text(code, language, params) for language in LANGUAGES}


def handles(kind: ActionKind, intent: Intent) -> bool:
    """Whether a kind takes this intent."""
    return type(intent) is kind.intent
