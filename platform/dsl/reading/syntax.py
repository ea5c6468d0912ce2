"""What the parser makes before names and types are known: small untyped nodes over the text.

`Ambiguous` holds several readings of one stretch of a text written without spaces; the checker keeps those that fit.
Nobody changes any of them once made; they are not frozen because a text has thousands, and freezing triples their cost.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruleloom.messages import Diagnostic, Place


@dataclass(slots=True, eq=False)
class Token:
    """A word, literal or mark; the same stretch can be several tokens (`lexer`)."""

    type: str
    value: str
    start: int
    end: int
    habit: Diagnostic | None = None
    """What to say when it is read this way although it is written in a way of another language."""
    whole: int = 0
    """1 for a name that matches a whole run of letters."""

    @property
    def depth(self) -> int:
        """A token nests nothing."""
        return 0


@dataclass(slots=True, eq=False)
class Syntax:
    """A production of the grammar with what it is made of; words without a meaning of their own are left out."""

    kind: str
    children: tuple[Part, ...]
    start: int
    end: int
    depth: int = 1
    whole: int = 0

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.start, self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Ambiguous:
    """Several ways to read the same stretch."""

    readings: tuple[Part, ...]
    start: int
    end: int
    depth: int = 1
    whole: int = 0
    kind: str = "ambiguous"


Part = Token | Syntax | Ambiguous


def place_of(part: Part) -> Place:
    """Where a part stands."""
    return Place(part.start, part.end)
