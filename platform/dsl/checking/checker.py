"""The checker: untyped syntax plus a workspace's names → typed nodes. It collects every error and never stops at one.

A function that finds an error reports it and answers None; whoever asked then stays silent about the same stretch.
`paths`, `values`, `durations`, `conditions`, `actions` and `rules` hold the constructs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.names import Names
from ruleloom.dsl.reading.syntax import Ambiguous, Part, Syntax, Token, place_of
from ruleloom.dsl.types import Kind, ValueType
from ruleloom.dsl.vocabulary import CollectionWords, EntityWords, FieldWords
from ruleloom.messages import LANGUAGES, Diagnostic, Fix, Language, Place, text

Made = TypeVar("Made")
Named = EntityWords | FieldWords | CollectionWords


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at a place."""

    this: EntityWords | None
    row: EntityWords | None = None
    """The entity of the innermost collection; names belong to it."""
    silent: bool = False
    """The record's entity is unknown, which has been said; its fields are not blamed for it."""
    no_change: str | None = None
    """The code of the reason why change conditions are out of place here."""
    previous: bool = False
    """Whether `previous` may be spoken of all the same: a change has fired the rule whose action this is."""

    @property
    def home(self) -> EntityWords | None:
        """Whose fields a bare name means."""
        return self.row or self.this

    @property
    def root(self) -> n.Root:
        """Where a bare name starts."""
        return "row" if self.row else "this"

    def inside(self, row: EntityWords | None) -> Scope:
        """The scope of conditions on related records."""
        return replace(self, row=row, no_change="change-in-related", previous=False)

    def level(self, code: str, *, previous: bool = False) -> Scope:
        """The scope without change conditions, and without `previous` unless that is allowed."""
        return replace(self, no_change=self.no_change or code, previous=previous)


def in_both(code: str, **params: Any) -> dict[str, str]:
    """A text in each language, as a parameter of another text."""
    return {language: text(code, language, params) for language in LANGUAGES}


def kind_name(kind: Kind) -> dict[str, str]:
    """What people call a kind of value."""
    return in_both(f"kind-{kind.value}")


def called(thing: Named) -> dict[str, str]:
    """The name of a thing for a message: its name in English, its label in Chinese."""
    return {"en": thing.name, "zh": thing.labels.get("zh") or thing.name}


def span(part: Part) -> n.Span:
    """The place of a part as nodes keep it."""
    return n.Span(part.start, part.end)


class Checker:
    """One text being checked against one workspace."""

    def __init__(self, source: str, names: Names, language: Language) -> None:
        self.source, self.names, self.language = source, names, language
        self.diagnostics: list[Diagnostic] = []
        self.repairs = 40
        """Repairs of grammar that are still tried; after them errors are only named, so that work stays bounded."""
        self.is_change = False
        """Whether the rule being checked has met a change condition or `previous`."""
        self.common_types: dict[tuple[object, ...], tuple[Part, ValueType | None]] = {}
        """What the arguments of a call share, by the call (which is kept: its identity stands for it) and its scope."""

    # ---- reporting

    def may_repair(self) -> bool:
        """Whether one more repair may be tried."""
        self.repairs -= 1
        return self.repairs >= 0

    def wrong(self, code: str, part: Part | Place, fix: str | None = None, /, **params: Any) -> None:
        """Report an error; `fix` is what to write instead of the whole place."""
        place = part if isinstance(part, Place) else place_of(part)
        repair = None if fix is None else Fix("fix-write", fix, {"text": fix})
        self.diagnostics.append(
            Diagnostic(code, place, {"text": self.source[place.start : place.end], **params}, fix=repair)
        )

    def written(self, part: Part) -> str:
        """The text of a part."""
        return self.source[part.start : part.end]

    def name_fix(self, suggestion: str | None) -> str | None:
        """A suggested name as it is written: with backticks when it needs them."""
        from ruleloom.dsl.writing.canonical import quoted_name

        return None if suggestion is None else quoted_name(suggestion, self.language)

    @staticmethod
    def hint(suggestion: str | None) -> dict[str, str] | str:
        """The end of a sentence that offers the nearest name."""
        return in_both("did-you-mean", name=suggestion) if suggestion else ""

    # ---- several readings

    def one(self, part: Part, check: Callable[[Part], Made | None]) -> Made | None:
        """Check a part; of several readings the only one that fits. Several that fit are an error that offers them."""
        if not isinstance(part, Ambiguous):
            return check(part)
        tried: list[tuple[int, list[Diagnostic], Made | None]] = []
        kept, was_change = self.diagnostics, self.is_change
        for reading in part.readings:
            self.diagnostics, self.is_change = [], was_change
            made = self.one(reading, check)
            tried.append((reading.whole, self.diagnostics, made))
        self.diagnostics = kept
        fitting = [(whole, made) for whole, found, made in tried if made is not None and not found]
        if not fitting:
            self.diagnostics.extend(min(tried, key=lambda each: len(each[1]))[1])
            return None
        most = max(whole for whole, _ in fitting)
        different: list[Made] = []
        for whole, made in fitting:
            if whole == most and made not in different:
                different.append(made)
        if len(different) > 1:
            self._several(part, different)
            return None
        return different[0]

    def _several(self, part: Part, made: list[Any]) -> None:
        from ruleloom.dsl.writing.canonical import written

        ways = [written(each, self.names.vocabulary, self.language) for each in made if isinstance(each, n.Node)]
        self.wrong("several-readings", part, ways[0] if ways else None, ways=ways)

    # ---- the constructs

    def condition(self, part: Part, scope: Scope) -> n.Condition | None:
        """Anything that is true or false."""
        return self.one(part, lambda reading: self._condition(reading, scope))

    def _condition(self, part: Part, scope: Scope) -> n.Condition | None:
        from ruleloom.dsl.checking.conditions import CONDITIONS, truth

        if not isinstance(part, Syntax):
            return None
        if part.kind == "group":
            return self.condition(part.children[0], scope)
        check = CONDITIONS.get(part.kind)
        return check(self, part, scope) if check else truth(self, part, scope)

    def value(self, part: Part, scope: Scope, want: ValueType | None = None) -> n.Expression | None:
        """Anything with a value; a literal takes the type that is wanted."""
        return self.one(part, lambda reading: self._value(reading, scope, want))

    def _value(self, part: Part, scope: Scope, want: ValueType | None) -> n.Expression | None:
        from ruleloom.dsl.checking.conditions import CONDITIONS
        from ruleloom.dsl.checking.values import VALUES

        if not isinstance(part, Syntax):
            return None
        check = VALUES.get(part.kind)
        if check is not None:
            return check(self, part, scope, want)
        if part.kind in CONDITIONS:
            self.wrong("condition-as-value", part)
        return None


Conditions = Mapping[str, Callable[[Checker, Syntax, Scope], n.Condition | None]]
Values = Mapping[str, Callable[[Checker, Syntax, Scope, ValueType | None], n.Expression | None]]


def tokens(part: Syntax, *types: str) -> list[Token]:
    """The direct tokens of some types."""
    return [child for child in part.children if isinstance(child, Token) and child.type in types]


def parts(part: Syntax) -> list[Syntax | Ambiguous]:
    """The direct children that are no tokens."""
    return [child for child in part.children if not isinstance(child, Token)]
