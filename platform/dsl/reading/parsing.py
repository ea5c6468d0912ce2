"""Text → checked tree: scanning, reading, repairing and checking in one go. Nothing here raises on bad input."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.checker import Checker, Made, Scope
from ruleloom.dsl.checking.names import Names, names_of
from ruleloom.dsl.checking.rules import rule_of, with_comments
from ruleloom.dsl.reading.comments import comments_of, comments_since
from ruleloom.dsl.reading.grammar import table
from ruleloom.dsl.reading.lexer import Lattice, scan
from ruleloom.dsl.reading.parser import Stuck, TooDeepError, TooManyWaysError, read
from ruleloom.dsl.reading.repair import one_line, read_repaired
from ruleloom.dsl.reading.syntax import Syntax, Token
from ruleloom.dsl.reading.trials import LONGEST_TRIED, Trials
from ruleloom.dsl.templates import template_of
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.messages import Diagnostic, Language, Place

PartName = Literal["rules", "rule", "condition", "expression", "template"]
LONGEST_TEXT = 330_000
"""Code points that a text may have, so that any text is answered within two seconds: a thousand rules and more."""
_MOST_ERRORS = 1_000
"""Errors after which the rest of a text is not read."""
_LONGEST_GUESSED = 20_000
"""Code points of a text that is tried in the other language too when it fails in the likely one."""
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|“[^”\n]*”|「[^」\n]*」|`[^`\n]*`|#[^\n]*')


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says, or what is wrong with it."""

    tree: n.Node | None
    """The condition, expression, template or single rule; None when the text has errors, and for `rules`."""
    rules: tuple[n.Rule, ...] = ()
    """The rules of a text of rules that are without errors. Publish them only when `ok`."""
    diagnostics: tuple[Diagnostic, ...] = ()
    language: Language = "en"
    """The language that the text was read in."""

    @property
    def ok(self) -> bool:
        """Whether the text has no errors."""
        return not any(diagnostic.severity == "error" for diagnostic in self.diagnostics)


def parse(
    text: str,
    vocabulary: Vocabulary,
    language: Language | None = None,
    *,
    entity: str | None = None,
    part: PartName = "rules",
) -> Parsed:
    """Read and check a text.

    `entity` is the permanent id of the record's entity (rules name their own). Without a language it is guessed from
    the text, and the other one is tried when that fails. All errors are in `diagnostics`, in the order of the text;
    places are code points. Never raises on bad input.
    """
    if language is not None:
        return _parse(text, vocabulary, language, entity, part)
    first: Language = guess_language(text)
    found = _parse(text, vocabulary, first, entity, part)
    if found.ok or len(text) > _LONGEST_GUESSED:
        return found
    other = _parse(text, vocabulary, "en" if first == "zh" else "zh", entity, part)
    return other if other.ok else found


def guess_language(text: str) -> Language:
    """Chinese when Chinese letters stand outside texts, quoted names and comments."""
    return "zh" if _WIDE.search(_QUOTED.sub("", text[:10_000])) else "en"


@dataclass(slots=True)
class _Work:
    """One text on its way."""

    checker: Checker
    lattice: Lattice
    language: Language
    rules: list[n.Rule] = field(default_factory=list)
    tries: int = 12
    """Faulty stretches that are still looked into; those behind are only described, so that work stays bounded."""

    def may_try(self, found: list[Diagnostic]) -> bool:
        """Whether changes are tried for what was found."""
        if any(diagnostic.code in _HOPELESS for diagnostic in found):
            return False
        self.tries -= 1
        return self.tries >= 0


_HOPELESS = frozenset({"too-deep", "too-many-ways", "rule-text-too-long", "change-of-formula"})


def _parse(text: str, vocabulary: Vocabulary, language: Language, entity: str | None, part: PartName) -> Parsed:
    names = names_of(vocabulary)
    checker = Checker(text, names, language)
    if len(text) > LONGEST_TEXT:
        checker.wrong("rule-text-too-long", Place(LONGEST_TEXT, len(text)), most=LONGEST_TEXT, text="")
        return Parsed(None, (), tuple(checker.diagnostics), language)
    scope = Scope(vocabulary.entity(entity) if entity is not None else None)
    if part == "template":
        return _template(checker, text, scope, language)
    lattice = scan(text, names.words, language)
    work = _Work(checker, lattice, language)
    checker.diagnostics.extend(lattice.diagnostics)
    if any(diagnostic.code == "too-deep" for diagnostic in lattice.diagnostics):
        return Parsed(None, (), (lattice.diagnostics[-1],), language)
    if part in ("rules", "rule"):
        return _rules(work, text, part)

    def expression(inner: Checker, syntax: Syntax) -> n.Node | None:
        return inner.condition(syntax, scope) if part == "condition" else inner.value(syntax, scope)

    return _parsed(checker, _made(work, "expression", 0, len(text), expression), (), language)


def _made(
    work: _Work, start: str, begin: int, stop: int, make: Callable[[Checker, Syntax], Made | None]
) -> Made | None:
    """A stretch of the text read and checked; where one change would make it right, only that is said."""
    checker, lattice = work.checker, work.lattice
    before = len(checker.diagnostics)
    syntax = _syntax(work, start, begin, stop)
    made = make(checker, syntax) if syntax is not None else None
    first, last = (bisect_left(lattice.diagnostics, place, key=_start) for place in (begin, max(stop, begin + 1)))
    outside = lattice.diagnostics[first:last]
    found = sorted([*outside, *checker.diagnostics[before:]], key=_start)
    if found and stop - begin <= LONGEST_TRIED and work.may_try(found):
        line = one_line(table(work.language), start, lattice, begin, stop)
        trials = Trials(
            checker.source, begin, stop, line, table(work.language), start, work.language, checker.names.words
        )
        cause = trials.cause(found, lambda text: _reads_well(checker, text, start, make))
        if cause is not None:
            kept = [d for d in checker.diagnostics[:before] if not any(d is each for each in outside)]
            checker.diagnostics[:] = [*kept, cause]
    return made


def _start(diagnostic: Diagnostic) -> int:
    return diagnostic.place.start if diagnostic.place else 0


def _reads_well(checker: Checker, text: str, start: str, make: Callable[[Checker, Syntax], object]) -> bool:
    """Whether a changed text has no errors."""
    inner = Checker(text, checker.names, checker.language)
    lattice = scan(text, checker.names.words, checker.language)
    if lattice.diagnostics or lattice.habits(0, len(text)):
        return False
    try:
        syntax = read(table(checker.language), start, lattice, 0, len(text))
    except (TooDeepError, TooManyWaysError):
        return False
    return isinstance(syntax, Syntax) and make(inner, syntax) is not None and not inner.diagnostics


def _parsed(checker: Checker, tree: n.Node | None, rules: tuple[n.Rule, ...], language: Language) -> Parsed:
    found = sorted(dict.fromkeys(_hashable(each) for each in checker.diagnostics), key=lambda each: each.order)
    diagnostics = tuple(each.diagnostic for each in found)
    wrong = any(diagnostic.severity == "error" for diagnostic in diagnostics)
    return Parsed(None if wrong else tree, rules, diagnostics, language)


@dataclass(frozen=True, slots=True)
class _Ordered:
    order: tuple[int, int]
    code: str
    diagnostic: Diagnostic = field(compare=False)


def _hashable(diagnostic: Diagnostic) -> _Ordered:
    place = diagnostic.place or Place(0, 0)
    return _Ordered((place.start, place.end), diagnostic.code, diagnostic)


def _template(checker: Checker, text: str, scope: Scope, language: Language) -> Parsed:
    checker.source = f'"{text}"'
    tree = template_of(checker, Token("STRING", text, 0, len(text) + 2), scope)
    moved = [
        Diagnostic(d.code, d.place and Place(max(0, d.place.start - 1), d.place.end - 1), d.params, d.severity, d.fix)
        for d in checker.diagnostics
    ]
    checker.diagnostics = moved
    return _parsed(checker, tree, (), language)


def _syntax(work: _Work, start: str, begin: int, stop: int) -> Syntax | None:
    """The syntax of a stretch; what is wrong with it is reported, and mended so that the rest can be checked too."""
    automaton = table(work.language)
    work.checker.diagnostics.extend(work.lattice.habits(begin, stop))
    try:
        found = read(automaton, start, work.lattice, begin, stop)
        if isinstance(found, Stuck):
            return read_repaired(work.checker, automaton, start, work.lattice, begin, stop)
    except TooDeepError as problem:
        work.checker.wrong("too-deep", Place(problem.start, problem.end))
        return None
    except TooManyWaysError:
        work.checker.wrong("too-many-ways", Place(begin, stop))
        return None
    return found


# ---- rules --------------------------------------------------------------------------------------------------------


def _rule_starts(lattice: Lattice, places: Sequence[int]) -> list[int]:
    """Where rules begin: the word followed by a text."""
    return [
        start
        for start in places
        for token in lattice.edges[start]
        if token.type == "RULE"
        and any(each.type == "STRING" for each in lattice.edges.get(lattice.after(token.end), ()))
    ]


def _rules(work: _Work, text: str, part: PartName) -> Parsed:
    lattice, checker = work.lattice, work.checker
    first = lattice.after(0)
    places = sorted(lattice.edges)
    starts = _rule_starts(lattice, places)
    if first in lattice.edges and (not starts or starts[0] != first):
        starts.insert(0, first)
    seen: set[str] = set()
    rules: list[n.Rule] = []
    for begin, stop in zip(starts, [*starts[1:], len(text)], strict=False):
        if len(checker.diagnostics) >= _MOST_ERRORS:
            checker.wrong("too-many-errors", Place(begin, len(text)), most=_MOST_ERRORS, text="")
            break
        rule = _rule(work, begin, stop, places)
        if rule is None:
            continue
        if rule.name in seen:
            checker.wrong("rule-twice", Place(rule.span.start, rule.span.end), name=rule.name)
        seen.add(rule.name)
        rules.append(rule)
    if part == "rule" and len(starts) != 1:
        checker.wrong("one-rule", Place(starts[1] if len(starts) > 1 else 0, len(text)), found=len(starts))
    tree = rules[0] if part == "rule" and rules else None
    return _parsed(checker, tree, tuple(rules), work.language)


def _rule(work: _Work, begin: int, stop: int, places: Sequence[int]) -> n.Rule | None:
    """`places`: where the tokens of the text begin, in order."""
    rule, lattice = _made(work, "rule", begin, stop, rule_of), work.lattice
    if rule is None or not lattice.comments:
        return rule
    return with_comments(rule, comments_of(rule, lattice, comments_since(lattice, places, begin), stop))


def expression_at(checker: Checker, text: str, place: Place, scope: Scope, *, exact: bool) -> n.Expression | None:
    """The expression in the braces of a text. `exact`: it stands literally at `place` of the source."""
    names: Names = checker.names
    before = len(checker.diagnostics)
    source, begin, stop = (checker.source, place.start, place.end) if exact else (text, 0, len(text))
    lattice = scan(source, names.words, checker.language, begin, stop)
    inner = checker if exact else Checker(text, names, checker.language)
    inner.diagnostics.extend(lattice.diagnostics)
    syntax = _syntax(_Work(inner, lattice, checker.language), "expression", begin, stop)
    value = inner.value(syntax, scope) if syntax is not None else None
    if not exact:
        checker.is_change |= inner.is_change
        checker.diagnostics.extend(Diagnostic(d.code, place, d.params, d.severity) for d in inner.diagnostics)
    return value if len(checker.diagnostics) == before else None
