"""One slip, one message: tries small changes near the first error and keeps the one that makes the whole text right.

The repairs of the grammar (`repair`) look at words only. Here a change counts when names and types fit as well, so that
its fix is what the author most likely meant, and everything else that was said is a consequence and left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from ruleloom.dsl.checking.names import Words
from ruleloom.dsl.keywords import keywords
from ruleloom.dsl.reading.grammar import END, Table
from ruleloom.dsl.reading.repair import COMPARING, accepted_terminals, similar_phrases, step, written_terminal
from ruleloom.dsl.reading.syntax import Token
from ruleloom.messages import Diagnostic, Fix, Language, Place

LONGEST_TRIED = 3_000
"""Code points of a rule in which changes are tried."""
_MOST_READ = 16
"""Changed texts that are read in full for one error."""
_MOST_PLACES = 12
_INSERTED = (
    *("RPAR", "LPAR", "EQ", "AND", "COMMA", "THEN", "WHEN", "ON", "WHERE", "IN_LAST", "NEAR", "UNIT", "BETWEEN", "IN"),
    *("ALL", "ALL_OF", "HELD", "THE_LAST", "AT", "PER", "TO", "GIVE", "UNTIL", "SET", "TO_END", "DUE", "AGG", "ANY"),
    *("NOTIFY", "RULE", "AT_MOST", "COUNTED", "OLDER", "CHANGES_TO", "MATCH", "HAS", "NOT_IN", "DOT", "EVERY", "THIS"),
)
"""Words and marks that may have been left out, the likeliest first."""
_PARENTHESES = frozenset({"LPAR", "RPAR"})
_CALLING = frozenset({"AGG", "FUNCTION", "MINMAX", "IN", "NOT_IN", "HAS"})
"""Words that a parenthesis follows."""
_MIXED_UP = {
    word: tuple(others.split())
    for word, others in {
        "WHEN": "WHERE AND", "IF": "WHERE WHEN", "WHERE": "WHEN AND IF", "TO": "AND EQ", "AND": "TO_END WHERE",
        "EQ": "IN CHANGES_TO MATCH", "IN": "EQ MATCH", "HELD": "TO IN_LAST PER", "IN_LAST": "OLDER NEAR",
        "NEAR": "IN_LAST THE_LAST", "THE_LAST": "IN_LAST NEAR", "AT": "ON AT_MOST", "ON": "HELD AT TO",
        "ANY": "ALL HAS", "ALL": "ANY", "NO": "NONE NOT", "NONE": "BOOL", "NOT": "NO NONE", "MATCH": "HAS IN",
        "CHANGES": "CHANGES_TO", "DAY_MARK": "UNIT", "SET": "UPDATE", "CHANGES_TO": "EQ", "CHANGES_FROM": "CHANGES_TO",
        "MEASURE": "UNIT", "FUNCTION": "UNIT AGG", "NE": "NOT_IN",
    }.items()
}  # fmt: skip
"""Words that are taken one for the other."""
_DIGITS = re.compile(r"\d+(?:\.\d+)?%?")
_LETTERS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Change:
    """Write `text` instead of the source from `start` to `end`; the message that says so."""

    diagnostic: Diagnostic

    def applied(self, source: str, begin: int, stop: int) -> str:
        """The stretch of the source with the change."""
        place, fix = self.diagnostic.place, self.diagnostic.fix
        assert place is not None  # noqa: S101 (changes stand somewhere)
        assert fix is not None  # noqa: S101 (changes are fixes)
        return source[begin : place.start] + fix.replacement + source[place.end : stop]


def _fix(code: str, start: int, end: int, replacement: str, **params: str) -> _Change:
    title = "fix-remove" if not replacement else "fix-write"
    fix = Fix(title, replacement, {"text": replacement.strip()} if replacement else {})
    return _Change(Diagnostic(code, Place(start, end), params, fix=fix))


class Trials:
    """The changes for one stretch of a text, a rule or an expression."""

    def __init__(
        self,
        source: str,
        begin: int,
        stop: int,
        line: list[Token],
        table: Table,
        start: str,
        language: Language,
        words: Words,
    ) -> None:
        self.source, self.begin, self.stop, self.line = source, begin, stop, line
        self.table, self.start, self.language, self.words = table, start, language, words
        self.accepted: dict[int, frozenset[str]] = {}
        self.stacks: list[list[int]] = [[table.starts[start]]]
        for token in line:
            after = step(table, self.stacks[-1], token.type)
            if after is None:
                break
            self.stacks.append(after)

    def cause(self, found: list[Diagnostic], reads_well: Callable[[str], bool]) -> Diagnostic | None:
        """The one message behind all that was found; None when no single change makes the text right."""
        first = found[0]
        read = 0
        seen: set[str] = set()
        for change in self._changes(first):
            text = change.applied(self.source, self.begin, self.stop)
            if text in seen:
                continue
            seen.add(text)
            read += 1
            if read > _MOST_READ:
                return None
            if reads_well(text):
                return self._told(first, change.diagnostic)
        return None

    def _told(self, first: Diagnostic, change: Diagnostic) -> Diagnostic:
        """What was said at the place knows more about types than the change does; it gets the fix."""
        if first.fix is None and first.place == change.place and change.code in ("needs-quotes", "mistyped-word"):
            return Diagnostic(first.code, first.place, first.params, first.severity, change.fix)
        return change

    # ---- changes, the likeliest first

    def _changes(self, first: Diagnostic) -> Iterator[_Change]:
        assert first.place is not None  # noqa: S101 (errors of a text stand somewhere)
        places = self._places(first.place)
        yield from self._exact_options(places)
        yield from (change for at in places for change in self._unquoted(at))
        if first.fix is not None:
            yield _Change(first)
        yield from self._closing_quotes(first.place)
        yield from (change for at in places for change in self._replaced(at))
        yield from self._inserted(places)
        yield from (change for at in places for change in self._quoted(at))
        yield from (change for at in places for change in self._removed(at))

    def _places(self, place: Place) -> list[int]:
        """Tokens near the error, the nearest first."""
        last_known = len(self.stacks) - 1
        inside = [
            i
            for i, token in enumerate(self.line)
            if token.start < max(place.end, place.start + 1) and token.end > place.start
        ]
        focus = (
            inside[0]
            if inside
            else next((i for i, t in enumerate(self.line) if t.start >= place.start), len(self.line))
        )
        near = {*inside, *range(focus - 3, focus + 3)}
        if last_known < len(self.line):
            near |= set(range(last_known - 3, last_known + 1))
        else:
            near.add(len(self.line))
        fitting = [at for at in near if 0 <= at <= last_known]
        return sorted(fitting, key=lambda at: (abs(at - focus), at))[:_MOST_PLACES]

    def _fits(self, first: int, last: int, *terminals: str) -> bool:
        """Whether the words of the whole stretch fit with `terminals` in the place of some tokens."""
        stack: list[int] | None = self.stacks[first]
        for terminal in (*terminals, *(token.type for token in self.line[last:]), END):
            if stack is None:
                return False
            stack = step(self.table, stack, terminal)
        return stack is not None

    def _exact_options(self, places: list[int]) -> Iterator[_Change]:
        for at in places:
            token = self.line[at] if at < len(self.line) else None
            if token is not None and token.type == "NAME" and token.value in self.words.options:
                yield from self._quoted(at)

    def _quoted(self, at: int) -> Iterator[_Change]:
        """A text without its quotes: one word, or several that stand together."""
        if at >= len(self.line) or "STRING" not in self._accepted(at):
            return
        for last in range(at + 1, min(at + 4, len(self.line)) + 1):
            start, end = self.line[at].start, self.line[last - 1].end
            inner = self.source[start:end]
            is_plain = all(letter.isalnum() or letter in " _-" for letter in inner)
            is_name = inner in self.words.all and inner not in self.words.options
            if is_plain and not is_name and self.line[at].type == "NAME" and self._fits(at, last, "STRING"):
                yield _fix("needs-quotes", start, end, f'"{inner}"', text=inner)

    def _accepted(self, at: int) -> frozenset[str]:
        if at not in self.accepted:
            self.accepted[at] = frozenset(accepted_terminals(self.table, self.stacks[at]))
        return self.accepted[at]

    def _unquoted(self, at: int) -> Iterator[_Change]:
        """A number in quotes."""
        token = self.line[at] if at < len(self.line) else None
        is_number = token is not None and token.type == "STRING" and _DIGITS.fullmatch(token.value) is not None
        if token is not None and is_number and self._fits(at, at + 1, "NUMBER"):
            yield _fix("text-for-number", token.start, token.end, token.value, text=token.value)

    def _replaced(self, at: int) -> Iterator[_Change]:
        """Another word in the place of one, or of several."""
        if at >= len(self.line):
            return
        token, accepted = self.line[at], self._accepted(at)
        for terminal in _MIXED_UP.get(token.type, ()):
            if terminal in accepted and self._fits(at, at + 1, terminal):
                yield from self._words_for(terminal, token)
        for terminal, _, right, last in similar_phrases(self.source, self.line, at, self.language):
            if terminal in accepted and self._fits(at, last, terminal):
                end = self.line[last - 1].end
                yield _fix("mistyped-word", token.start, end, right, text=self.source[token.start : end], right=right)
        if (
            token.type == "NAME"
            and token.value not in self.words.all
            and "UNIT" in accepted
            and self._fits(at, at + 1, "UNIT")
        ):
            yield from self._words_for("UNIT", token)

    def _words_for(self, terminal: str, token: Token) -> Iterator[_Change]:
        written = self.source[token.start : token.end]
        for word in self._spellings(terminal):
            yield _fix("mistyped-word", token.start, token.end, word, text=written, right=word)

    def _spellings(self, terminal: str) -> list[str]:
        """The words of a terminal; of units days come first, for they are meant most often."""
        found = [word for keyword in keywords() if keyword.token == terminal and (word := keyword.word(self.language))]
        if terminal == "UNIT":
            found.sort(key=lambda word: word not in ("days", "天"))
            return found[:1]
        return (found or [written_terminal(terminal, self.language)])[:3]

    def _inserted(self, places: list[int]) -> Iterator[_Change]:
        """A word or mark that was left out."""
        opened = sum((token.type == "LPAR") - (token.type == "RPAR") for token in self.line)
        wanted = [each for each in _INSERTED if each not in _PARENTHESES or opened * (1 if each == "RPAR" else -1) > 0]
        for terminal in wanted:
            for at in self._open_places(terminal, places):
                if self._fits(at, at, terminal):
                    yield from (self._missing(at, word) for word in self._spellings(terminal))

    def _open_places(self, terminal: str, places: list[int]) -> list[int]:
        """A parenthesis may be missing anywhere before the place where that is noticed."""
        if terminal not in _PARENTHESES:
            return places
        every = range(len(self.stacks))
        if terminal == "LPAR":
            return [
                at
                for at in every
                if at and self.line[at - 1].type in ("AGG", "FUNCTION", "IN", "NOT_IN", "HAS", "MINMAX")
            ] + places
        opening = max((i for i, token in enumerate(self.line[: len(self.stacks)]) if token.type == "LPAR"), default=0)
        return [at for at in every if at > opening + 1]

    def _missing(self, at: int, word: str) -> _Change:
        if at >= len(self.line):
            end = self.line[-1].end if self.line else self.stop
            return _fix("missing-at-end", end, end, word if word in ").," else f" {word}", right=word)
        token = self.line[at]
        written = self.source[token.start : token.end]
        joint = "" if word in "(." else " "
        return _fix("missing-word", token.start, token.end, f"{word}{joint}{written}", text=written, right=word)

    def _removed(self, at: int) -> Iterator[_Change]:
        if at < len(self.line) and self.line[at].type not in COMPARING and self._fits(at, at + 1):
            token = self.line[at]
            written = self.source[token.start : token.end]
            yield _fix("superfluous", token.start, token.end, "", text=written)

    def _closing_quotes(self, place: Place) -> Iterator[_Change]:
        """A text without closing quote runs on to the next quote or the end of the line: where could it end?"""
        line_start = self.source.rfind("\n", 0, place.start) + 1
        line_end = self.source.find("\n", place.start)
        line_end = self.stop if line_end < 0 else line_end
        quotes = [i for i in range(max(line_start, self.begin), min(line_end, self.stop)) if self.source[i] == '"']
        if len(quotes) % 2 == 0:
            return
        for opening in [quote for quote in quotes[::2] if quote <= place.end][-2:]:
            for end in self._ends(opening + 1, min(line_end, self.stop)):
                inner = self.source[opening:end]
                yield _fix("unclosed-text", opening, end, inner.rstrip() + '"', text=inner)

    def _ends(self, start: int, stop: int) -> list[int]:
        """Where a text can end: behind words, before marks; without spaces also before words of the language."""
        found = {match.end() for match in _LETTERS.finditer(self.source, start, stop)}
        if self.language == "zh":
            found |= {at for at in range(start + 1, stop) if self._begins_word(at)}
        return [*sorted(end for end in found if end > start)[:16], stop]

    def _begins_word(self, at: int) -> bool:
        return any(
            self.source.startswith(word, at) for word in _words_by_letter(self.language).get(self.source[at], ())
        )


@cache
def _words_by_letter(language: Language) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for keyword in keywords():
        for word in keyword.words[language]:
            found.setdefault(word[0], []).append(word)
    return found
