"""An explanation drawn as an indented tree, as wide as a terminal counts letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from unicodedata import east_asian_width

from ruleloom.dsl import nodes as n
from ruleloom.engine.explaining.explanation import Explanation, FoundRow
from ruleloom.engine.explaining.showing import shown_instant
from ruleloom.messages import Language, text
from ruleloom.runtime.simulation.asking import Answer

COLUMN = 44
"""Where the values begin, where the parts leave room."""


class Marks(NamedTuple):
    """A language's punctuation."""

    colon: str
    comma: str
    semicolon: str
    between: str
    """Between several values."""
    brackets: tuple[str, str]


_MARKS: Mapping[Language, Marks] = {
    "en": Marks(": ", ", ", "; ", ", ", (" (", ")")),
    "zh": Marks("：", "，", "；", "、", ("（", "）")),
}


class Drawing:
    """One answer in one language."""

    def __init__(self, answer: Answer, language: Language) -> None:
        self._answer = answer
        self._language: Language = language
        self._marks = _MARKS[language]
        self._calendar = answer.asked.moment.calendar

    def lines(self) -> Iterator[str]:
        """The tree, then why, what would turn it, and when time does."""
        whole = self._answer.explanation
        yield f"{self._verdict(whole)}{self._head(whole)}"
        if whole.parts:
            for place, part in enumerate(whole.parts):
                yield from self._branch(part, "", place == len(whole.parts) - 1)
        else:
            yield from self._branch(whole, "", last=True)
        yield ""
        yield from self._outlook(whole)

    # ---- the tree

    def _head(self, whole: Explanation) -> str:
        entity = self._answer.asked.vocabulary.entity(self._answer.rule.entity)
        joined = ""
        if isinstance(whole.condition, n.And):
            joined = self._say("explained-all", count=len(whole.parts))
        elif isinstance(whole.condition, n.Or):
            joined = self._say("explained-any", count=len(whole.parts))
        record = f"{entity.name}/{self._answer.asked.record}"
        at = shown_instant(self._answer.asked.moment.now, self._calendar)
        before, after = self._marks.brackets
        return f"{self._answer.rule.name}{before}{record}{self._marks.comma}{at}{joined}{after}"

    def _branch(self, part: Explanation, before: str, last: bool) -> Iterator[str]:
        line = f"{before}{'└' if last else '├'} {self._verdict(part)}{self._part_words(part)}"
        values = self._marks.semicolon.join(self._values(part))
        yield f"{line}{' ' * max(2, COLUMN - width(line))}{values}" if values else line
        inside = before + ("  " if last else "│ ")
        for place, inner in enumerate(part.parts):
            yield from self._branch(inner, inside, place == len(part.parts) - 1)

    def _verdict(self, part: Explanation) -> str:
        word = self._say("explained-yes" if part.holds else "explained-no")
        return word.ljust(5 if self._language == "en" else 3)

    def _part_words(self, part: Explanation) -> str:
        if isinstance(part.condition, n.And):
            return self._say("explained-part-all", count=len(part.parts))
        if isinstance(part.condition, n.Or):
            return self._say("explained-part-any", count=len(part.parts))
        if isinstance(part.condition, n.Not):
            return self._say("explained-part-not")
        return part.words[self._language]

    def _values(self, part: Explanation) -> Iterator[str]:
        for found in part.found:
            yield f"{found.words[self._language]}{self._marks.colon}{found.shown[self._language]}"
        for row in part.rows:
            yield self._row(row)
        if part.since is not None:
            yield self._say("explained-since", at=shown_instant(part.since, self._calendar))
        if part.next is not None and not part.parts:
            yield self._say("explained-may-turn", at=shown_instant(part.next, self._calendar))

    def _row(self, row: FoundRow) -> str:
        values = self._marks.between.join(each.shown[self._language] for each in row.values)
        return f"{row.title}{self._marks.colon}{values}"

    # ---- what would turn it

    def _outlook(self, whole: Explanation) -> Iterator[str]:
        reasons = self._marks.semicolon.join(reason.words[self._language] for reason in whole.reasons())
        yield (
            self._say("explained-why", words=reasons) if whole.holds else self._say("explained-why-not", words=reasons)
        )
        steps = self._answer.outlook.steps
        if steps is None:
            yield self._say("explained-no-change")
        else:
            said = self._marks.semicolon.join(step.words[self._language] for step in steps)
            yield (
                self._say("explained-change-to-false", steps=said)
                if whole.holds
                else self._say("explained-change-to-true", steps=said)
            )
        yield self._turn(whole.holds)

    def _turn(self, holds: bool) -> str:
        turn = self._answer.outlook.turn
        if turn.at is not None:
            at = shown_instant(turn.at, self._calendar)
            return self._say("explained-becomes-false", at=at) if holds else self._say("explained-becomes-true", at=at)
        if turn.searched is not None:
            return self._say("explained-not-before", at=shown_instant(turn.searched, self._calendar))
        return self._say("explained-never-false") if holds else self._say("explained-never-true")

    def _say(self, code: str, **params: object) -> str:
        return text(code, self._language, params)


def width(line: str) -> int:
    """Columns that a line takes: wide letters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)
