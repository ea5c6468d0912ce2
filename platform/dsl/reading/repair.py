"""When a text does not fit the grammar: say where and what would fit, mend it in the smallest way, and read on.

Candidates are the words that the automaton would accept; each is tried by walking the automaton over the tokens that
follow, and the one that carries furthest wins. So one slip gives one error, and what follows is still checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ruleloom.dsl.checking.checker import Checker, in_both
from ruleloom.dsl.checking.names import distance
from ruleloom.dsl.keywords import keywords, phrases
from ruleloom.dsl.reading.grammar import END, Table
from ruleloom.dsl.reading.lexer import Lattice
from ruleloom.dsl.reading.parser import read_line
from ruleloom.dsl.reading.syntax import Syntax, Token
from ruleloom.messages import Diagnostic, Fix, Language, Place

_LOOK_AHEAD = 12
_MOST_REPAIRS = 6
_MARK_WORDS = {"RPAR": ")", "LPAR": "(", "COMMA": ",", "DOT": ".", "EQ": "="}
_LIKELY = (
    "RPAR", "COMMA", "AND", "EQ", "THEN", "WHEN", "ON", "LPAR", "WHERE", "ALL", "ALL_OF", "HELD", "AT", "PER", "TO",
    "GIVE", "UNTIL", "SET", "TO_END", "INSIDE", "IN_LAST", "NEAR", "IN", "RULE", "AT_MOST",
)  # fmt: skip
"""Words whose absence is likely and leaves no doubt what was meant, the likeliest first."""
COMPARING = frozenset(
    {"EQ", "NE", "ORDER", "IN", "NOT_IN", "BETWEEN", "MATCH", "HAS", "BEFORE", "AFTER", "OLDER", "CHANGES_TO"}
)
"""Words between two values: where one stands alone, a value is missing; the word is not one too many."""
_LITERAL_NAMES = {"NAME": "name", "UNIT": "unit", "STRING": "text", "NUMBER": "number", "TIME": "time", END: "end"}
_SHOWN = (
    "NAME", "STRING", "NUMBER", "TIME", "RPAR", "COMMA", "THEN", "WHEN", "AND", "OR", "EQ", "ORDER", "UNIT", "WHERE",
    "IN_LAST", "NEAR", "LPAR", "ON", END,
)  # fmt: skip
_MOST_WORDS, _LONGEST_PHRASE, _LONGEST_WORD = 6, 40, 10
_WORDS = re.compile(r"\w+(?:\s+\w+)*")


def step(table: Table, stack: list[int], terminal: str) -> list[int] | None:
    """The stack after a terminal; None when it does not fit."""
    stack = list(stack)
    while True:
        action = table.states[stack[-1]].get(terminal)
        if action is None:
            return None
        if isinstance(action, int):
            stack.append(action)
            return stack
        if action.size:
            del stack[len(stack) - action.size :]
        after = table.states[stack[-1]][action.origin]
        assert isinstance(after, int)  # noqa: S101 (a table goes somewhere after each rule)
        stack.append(after)
        if terminal == END and after in table.ends.values():
            return stack


def one_line(table: Table, start: str, lattice: Lattice, begin: int, stop: int) -> list[Token]:
    """One way through the lattice: at each place the longest token that fits, else the longest."""
    line: list[Token] = []
    stack: list[int] | None = [table.starts[start]]
    at = lattice.after(begin)
    while at < stop and (choices := lattice.edges.get(at)):
        ranked = sorted(choices, key=lambda token: (-token.whole, -token.end))
        chosen, after = ranked[0], None
        for token in ranked if stack is not None else ():
            after = step(table, stack or [], token.type)
            if after is not None:
                chosen = token
                break
        stack = after if after is not None else stack
        line.append(chosen)
        at = lattice.after(chosen.end)
    return line


def stack_after(table: Table, start: str, tokens: list[Token]) -> list[int] | None:
    """The automaton's stack after tokens; None when they do not fit."""
    stack: list[int] | None = [table.starts[start]]
    for token in tokens:
        stack = step(table, stack, token.type) if stack is not None else None
    return stack


def accepted_terminals(table: Table, stack: list[int]) -> list[str]:
    """The terminals that fit next."""
    return [
        terminal
        for terminal in table.states[stack[-1]]
        if terminal.isupper() and step(table, stack, terminal) is not None
    ]


@dataclass(frozen=True, slots=True)
class _Repair:
    """Replace `tokens[first:last]` by `by`; `reach` is how many tokens fit afterwards."""

    reach: int
    rank: int
    first: int
    last: int
    by: tuple[Token, ...]
    diagnostic: Diagnostic


class _Mender:
    """Repairs one stretch of text."""

    def __init__(self, c: Checker, table: Table, start: str, line: list[Token], stop: int) -> None:
        self.c, self.table, self.start, self.line = c, table, start, line
        self.end = line[-1].end if line else stop
        self.accepted: dict[tuple[int, ...], list[str]] = {}
        self.stop = stop

    def syntax(self) -> Syntax | None:
        """The syntax after repairs; None when they do not help."""
        for _ in range(_MOST_REPAIRS):
            stacks, stuck = self._walk()
            if stuck is None:
                found = read_line(self.table, self.start, self.line, self.stop)
                return found if isinstance(found, Syntax) else None
            nameless = self._nameless_call(stacks, stuck)
            if nameless is not None:
                self.c.wrong("function-missing", nameless)
                return None
            repair = self._best(stacks, stuck) if self.c.may_repair() else None
            if repair is None:
                self._give_up(stacks[stuck], stuck)
                return None
            self.c.diagnostics.append(repair.diagnostic)
            self.line[repair.first : repair.last] = repair.by
        return None

    def _nameless_call(self, stacks: list[list[int]], stuck: int) -> Token | None:
        """The parenthesis in which a comma came to stand although nothing is called by it: a word before it lacks."""
        if stuck >= len(self.line) or self.line[stuck].type != "COMMA":
            return None
        depth = 0
        for at in range(stuck - 1, -1, -1):
            kind = self.line[at].type
            depth += (kind == "RPAR") - (kind == "LPAR")
            if depth < 0:
                return self.line[at] if step(self.table, stacks[at], "FUNCTION") is not None else None
        return None

    def _walk(self) -> tuple[list[list[int]], int | None]:
        """The stack before each token, and the first token that does not fit (the end is one past the last)."""
        stack = [self.table.starts[self.start]]
        stacks = [stack]
        for position, token in enumerate(self.line):
            after = step(self.table, stack, token.type)
            if after is None:
                return stacks, position
            stack = after
            stacks.append(stack)
        return stacks, None if step(self.table, stack, END) is not None else len(self.line)

    def _reach(self, stack: list[int] | None, position: int) -> int:
        """How far the tokens from `position` on fit; one past the end counts as fitting."""
        limit = min(len(self.line), position + _LOOK_AHEAD)
        while stack is not None and position < limit:
            stack = step(self.table, stack, self.line[position].type)
            position += stack is not None
        if stack is not None and position == len(self.line):
            return position + (step(self.table, stack, END) is not None)
        return position

    def _best(self, stacks: list[list[int]], stuck: int) -> _Repair | None:
        candidates = [*self._phrases(stacks, stuck), *self._insertions(stacks[stuck], stuck)]
        candidates += [
            *self._replacements(stacks[stuck], stuck),
            *self._deletion(stacks[stuck], stuck),
            *self._placeholders(stacks[stuck], stuck),
        ]
        far = min(stuck + 2, len(self.line) + 1)
        useful = [each for each in candidates if each.reach >= far or (each.rank < 0 and each.reach > stuck)]
        return max(useful, key=lambda each: (each.reach, -each.rank), default=None)

    # ---- candidates

    def _accepted(self, stack: list[int]) -> list[str]:
        key = tuple(stack)
        if key not in self.accepted:
            self.accepted[key] = accepted_terminals(self.table, stack)
        return self.accepted[key]

    def _phrases(self, stacks: list[list[int]], stuck: int) -> Iterator[_Repair]:
        """A mistyped or incomplete word of the language, begun up to three tokens earlier."""
        for first in range(max(0, stuck - 3), min(stuck + 1, len(self.line))):
            accepted = set(self._accepted(stacks[first]))
            for terminal, value, written, last in self._similar(first):
                if terminal not in accepted or last <= stuck - 1:
                    continue
                token = Token(terminal, value, self.line[first].start, self.line[last - 1].end)
                reach = self._reach(step(self.table, stacks[first], terminal), last)
                found = self._said("mistyped-word", token, written, right=written)
                yield _Repair(reach, -2 + (stuck - first), first, last, (token,), found)

    def _similar(self, first: int) -> Iterator[tuple[str, str, str, int]]:
        return similar_phrases(self.c.source, self.line, first, self.c.language)

    def _insertions(self, stack: list[int], stuck: int) -> Iterator[_Repair]:
        at = self.line[stuck].start if stuck < len(self.line) else self.end
        before_literal = stuck < len(self.line) and self.line[stuck].type in ("STRING", "NUMBER", "BOOL", "NO", "EMPTY")
        is_only_one = len(self._accepted(stack)) == 1
        for rank, terminal in enumerate(("EQ", *_LIKELY) if before_literal else _LIKELY):
            after = step(self.table, stack, terminal)
            if after is None:
                continue
            written = written_terminal(terminal, self.c.language)
            token = Token(terminal, "=" if terminal == "EQ" else written, at, at)
            sure = -1 if is_only_one else rank
            yield _Repair(self._reach(after, stuck), sure, stuck, stuck, (token,), self._missing(stuck, written))

    def _replacements(self, stack: list[int], stuck: int) -> Iterator[_Repair]:
        """An unknown word where only one word of the language lets the text go on."""
        if stuck >= len(self.line) or self.line[stuck].type != "NAME":
            return
        for rank, terminal in enumerate(_LIKELY):
            after = step(self.table, stack, terminal)
            if after is not None and terminal.isalpha() and terminal not in _MARK_WORDS:
                written = written_terminal(terminal, self.c.language)
                token = Token(terminal, written, self.line[stuck].start, self.line[stuck].end)
                found = self._said("mistyped-word", token, written, right=written)
                yield _Repair(self._reach(after, stuck + 1), 30 + rank, stuck, stuck + 1, (token,), found)

    def _deletion(self, stack: list[int], stuck: int) -> Iterator[_Repair]:
        doubled = stuck and stuck < len(self.line) and self.line[stuck - 1].type == self.line[stuck].type
        if stuck < len(self.line) and (doubled or self.line[stuck].type not in COMPARING):
            token = self.line[stuck]
            place = Place(token.start, token.end)
            params = {"text": self.c.written(token)}
            found = Diagnostic("superfluous", place, params, fix=Fix("fix-remove", ""))
            yield _Repair(self._reach(stack, stuck + 1), 60, stuck, stuck + 1, (), found)

    def _placeholders(self, stack: list[int], stuck: int) -> Iterator[_Repair]:
        """A name, number or text is missing, or stands where something else should: no fix, but the rest is read."""
        at = self.line[stuck].start if stuck < len(self.line) else self.end
        found = self._unexpected(stack, stuck)
        for rank, terminal in enumerate(("NAME", "STRING", "NUMBER", "UNIT", "TIME")):
            after = step(self.table, stack, terminal)
            if after is not None:
                token = Token(terminal, "", at, at)
                yield _Repair(self._reach(after, stuck), 70 + rank, stuck, stuck, (token,), found)
                if stuck < len(self.line):
                    yield _Repair(self._reach(after, stuck + 1), 80 + rank, stuck, stuck + 1, (token,), found)

    # ---- saying so

    def _said(self, code: str, token: Token, replacement: str, **params: str) -> Diagnostic:
        fix = Fix("fix-write", replacement, {"text": replacement})
        return Diagnostic(code, Place(token.start, token.end), {"text": self.c.written(token), **params}, fix=fix)

    def _missing(self, stuck: int, written: str) -> Diagnostic:
        if stuck >= len(self.line):
            place = Place(self.end, self.end)
            right = written if written == ")" else f" {written}"
            return Diagnostic(
                "missing-at-end", place, {"right": written}, fix=Fix("fix-write", right, {"text": written})
            )
        token = self.line[stuck]
        text = self.c.written(token)
        joint = "" if written in "(." else " "
        replacement = f"{written}{joint}{text}"
        return self._said("missing-word", token, replacement, right=written)

    def _unexpected(self, stack: list[int], stuck: int) -> Diagnostic:
        expected = self._expected(stack)
        if stuck >= len(self.line):
            return Diagnostic("unexpected-end", Place(self.end, self.end), {"expected": expected})
        token = self.line[stuck]
        params = {"text": self.c.written(token), "expected": expected}
        return Diagnostic("unexpected", Place(token.start, token.end), params)

    def _expected(self, stack: list[int]) -> list[dict[str, str] | str]:
        accepted = set(self._accepted(stack))
        if step(self.table, stack, END) is not None:
            accepted.add(END)
        shown = [each for each in _SHOWN if each in accepted] + sorted(accepted - set(_SHOWN))
        return [
            in_both(f"expected-{_LITERAL_NAMES[each]}")
            if each in _LITERAL_NAMES
            else written_terminal(each, self.c.language)
            for each in shown[:6]
        ]

    def _give_up(self, stack: list[int], stuck: int) -> None:
        self.c.diagnostics.append(self._unexpected(stack, stuck))


def similar_phrases(
    source: str, line: list[Token], first: int, language: Language
) -> Iterator[tuple[str, str, str, int]]:
    """Terminal, value, right words and end (token index) of the phrases that the text from a token on resembles."""
    for last in range(first + 1, min(first + _MOST_WORDS, len(line)) + 1):
        written = source[line[first].start : line[last - 1].end]
        if len(written) > _LONGEST_PHRASE or not _WORDS.fullmatch(written):
            return
        yield from ((*found, last) for found in _resembling(written.lower(), last - first, language))


@lru_cache(4096)
def _resembling(written: str, count: int, language: Language) -> tuple[tuple[str, str, str], ...]:
    """Terminal, value and right words of the phrases that `count` words resemble."""
    return tuple(
        (terminal, value or " ".join(words), " ".join(words))
        for words, terminal, value in _all_phrases(language)
        if abs(len(words) - count) <= 1 and _resembles(written, " ".join(words), words, language)
    )


@cache
def _all_phrases(language: Language) -> tuple[tuple[tuple[str, ...], str, str | None], ...]:
    return tuple(
        (words, keyword.token, keyword.value)
        for rows in phrases(language).values()
        for words, found in rows
        for keyword in found
    )


def _resembles(source: str, right: str, words: tuple[str, ...], language: Language) -> bool:
    """Whether a stretch is a phrase with a slip: a letter or two, or one word missing."""
    if source == right or abs(len(source) - len(right)) > _LONGEST_WORD:
        return False
    if language == "zh":
        return len(right) > 1 and abs(len(source) - len(right)) <= 1 and distance(source, right, 1) <= 1
    given = source.split()
    if len(given) == len(words) - 1 and len(words) > 1:
        return any(given == [*words[:skip], *words[skip + 1 :]] for skip in range(len(words)))
    if len(given) == len(words):
        allowed = [0 if len(word) < 2 else 1 if len(word) < 6 else 2 for word in words]
        slips = [distance(one, other, most + 1) for one, other, most in zip(given, words, allowed, strict=True)]
        return sum(map(bool, slips)) <= 1 and all(slip <= most for slip, most in zip(slips, allowed, strict=True))
    return False


def written_terminal(terminal: str, language: Language) -> str:
    """How a terminal is written: its mark, or its first word in the language."""
    if terminal in _MARK_WORDS:
        return _MARK_WORDS[terminal]
    for keyword in keywords():
        word = keyword.word(language)
        if keyword.token == terminal and word:
            return word
    return {"SEMICOLON": ";", "PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/", "ORDER": ">="}.get(
        terminal, terminal
    )


def read_repaired(c: Checker, table: Table, start: str, lattice: Lattice, begin: int, stop: int) -> Syntax | None:
    """The syntax after repairs, all reported; None when it cannot be mended."""
    return _Mender(c, table, start, one_line(table, start, lattice, begin, stop), stop).syntax()
