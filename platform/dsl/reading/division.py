"""Divides a run of letters and digits written without spaces into keywords, names and numbers.

Every division that covers the run is offered as a lattice; the parser and the checker decide.
Work is linear in the run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from ruleloom.dsl.checking.names import Divided, Words, distance
from ruleloom.dsl.keywords import Keyword, keywords
from ruleloom.dsl.reading.habits import NUMBER_WORDS, foreign_phrases, foreign_word
from ruleloom.dsl.reading.syntax import Token
from ruleloom.messages import Diagnostic, Fix, Place

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(%|(?:[万亿]元?)|元)?")
_SCALES = {"万": 10_000, "亿": 100_000_000}
_LATIN = re.compile(r"[A-Za-z0-9_]")
_UNKNOWN_START, _UNKNOWN_LETTER, _SLIP, _BROUGHT, _TOKEN = 8, 10, 12, 5, 1
_LONGEST_MENDED = 200
_LONGEST_KEPT, _MOST_KEPT = 64, 4096
"""Letters of a run whose divisions are remembered, and how many runs are."""


@cache
def _keywords_by_letter() -> dict[str, list[tuple[str, Keyword]]]:
    found: dict[str, list[tuple[str, Keyword]]] = {}
    for keyword in keywords():
        for word in keyword.words["zh"]:
            found.setdefault(word[0], []).append((word, keyword))
    return found


def number_value(written: str) -> str:
    """`1.5万` as `15000`, `15%` unchanged."""
    match = _NUMBER.fullmatch(written)
    suffix = (match[2] or "") if match else ""
    if match is None or suffix in ("", "%"):
        return written
    return format(Decimal(match[1]) * _SCALES.get(suffix[0], 1), "f")


def _splits_latin(plain: str, start: int, end: int) -> bool:
    """Whether a cut at either end would fall inside a Latin word or number."""

    def inside(cut: int, limit_low: bool) -> bool:
        if cut <= 0 or cut >= len(plain):
            return False
        left, right = plain[cut - 1], plain[cut]
        if not (_LATIN.match(left) and _LATIN.match(right)):
            return False
        return not (left.isdigit() and limit_low and not right.isdigit())

    return inside(start, True) or inside(end, False)


def _readings(text: str, plain: str, start: int, end: int, words: Words) -> Iterator[Token]:
    """Everything that can begin at `start` and ends at `end` or before."""
    letter = plain[start]
    number = _NUMBER.match(plain, start, end) if letter.isdigit() else None
    if number is not None and (start == 0 or not plain[start - 1].isdigit()):
        yield Token("NUMBER", number_value(number[0]), start, number.end())
        if number[2] and number[2] != "%":
            yield Token("NUMBER", number[1], start, number.end(1))
    for word, keyword in _keywords_by_letter().get(letter, ()):
        if plain.startswith(word, start, end):
            yield Token(keyword.token, keyword.value or word, start, start + len(word))
    for word in words.starting(letter):
        stop = start + len(word)
        if stop <= end and text.startswith(word, start):
            latin = letter.isascii() or plain[stop - 1].isascii()
            if not (latin and _splits_latin(plain, start, stop)):
                yield Token("NAME", word, start, stop)


def divide(text: str, plain: str, start: int, end: int, words: Words, *, mend: bool = True) -> list[Token]:
    """The tokens of all divisions of `text[start:end]`; when none covers it, those of the nearest one.

    `mend`: slips of a letter may be looked for, which takes time.
    A name that is the whole run is marked as such; it wins over other ways.
    """
    written = text[start:end]
    known = words.divided.get(written)
    if known is None:
        known = _divided(text, plain, start, end, words)
        if len(written) <= _LONGEST_KEPT:
            if len(words.divided) >= _MOST_KEPT:
                words.divided.clear()
            words.divided[written] = known
    if known:
        return [Token(kind, value, start + at, start + stop, None, whole) for kind, value, at, stop, whole in known]
    return _nearest(text, plain, start, end, words, mend=mend and end - start <= _LONGEST_MENDED)


def _divided(text: str, plain: str, start: int, end: int, words: Words) -> tuple[Divided, ...]:
    """Type, value, begin and end within the run, and wholeness of each token of the divisions that cover it."""
    reach: dict[int, list[Token]] = {}
    waiting = [start]
    seen = {start}
    while waiting:
        at = waiting.pop()
        reach[at] = found = list(_readings(text, plain, at, end, words))
        for token in found:
            if token.end < end and token.end not in seen:
                seen.add(token.end)
                waiting.append(token.end)
    good = _complete(reach, start, end)
    whole = unicodedata.normalize("NFC", text[start:end])
    if whole in words.all:
        good = [each for each in good if not (each.type == "NAME" and (each.start, each.end) == (start, end))]
        good.insert(0, Token("NAME", whole, start, end, whole=1))
    return tuple((each.type, each.value, each.start - start, each.end - start, each.whole) for each in good)


def _complete(reach: dict[int, list[Token]], start: int, end: int) -> list[Token]:
    """The tokens that lie on a way from `start` to `end`."""
    ends = {end}
    good: list[Token] = []
    for at in sorted(reach, reverse=True):
        kept = [token for token in reach[at] if token.end in ends]
        if kept:
            ends.add(at)
            good.extend(kept)
    if start not in ends:
        return []
    reached = {start}
    forward = []
    for token in sorted(good, key=lambda found: found.start):
        if token.start in reached:
            reached.add(token.end)
            forward.append(token)
    return forward


def _nearest(text: str, plain: str, start: int, end: int, words: Words, *, mend: bool) -> list[Token]:
    """The division with the fewest unknown letters; an unknown stretch is a name that nobody has."""
    best: dict[tuple[int, bool], tuple[int, Token | None, tuple[int, bool] | None]] = {(start, False): (0, None, None)}
    slips = _slips(text, plain, start, end, words) if mend else {}
    for at in range(start, end):
        for unknown in (False, True):
            here = best.get((at, unknown))
            if here is None:
                continue
            for token in _readings(text, plain, at, end, words):
                _offer(best, (token.end, False), here[0] + _TOKEN, token, (at, unknown))
            for phrase in foreign_phrases("zh").get(plain[at], ()):
                if plain.startswith(phrase, at, end):
                    token = _unknown(text, at, at + len(phrase))
                    _offer(best, (token.end, False), here[0] + _BROUGHT, token, (at, unknown))
            for token in slips.get(at, ()):
                _offer(best, (token.end, False), here[0] + _SLIP, token, (at, unknown))
            cost = here[0] + _UNKNOWN_LETTER + (0 if unknown else _UNKNOWN_START)
            _offer(best, (at + 1, True), cost, None, (at, unknown))
    key: tuple[int, bool] | None = min((key for key in best if key[0] == end), key=lambda found: best[found][0])
    tokens: list[Token] = []
    stop = end
    while key is not None:
        _, step, before = best[key]
        if before is None:
            break
        if step is not None:
            tokens.append(step)
            stop = before[0]
        elif not before[1]:
            tokens.append(_unknown(text, before[0], stop))
            stop = before[0]
        key = before
    return tokens[::-1]


def _slips(text: str, plain: str, start: int, end: int, words: Words) -> dict[int, list[Token]]:
    """Stretches that differ in one letter from a name or a word of the language."""
    found: dict[int, list[Token]] = {}
    known = {word for word in words.all if 2 <= len(word) <= end - start + 1}
    known |= {word for rows in _keywords_by_letter().values() for word, _ in rows if len(word) > 1}
    for word in known:
        for length in (len(word),) if len(word) < 3 else (len(word), len(word) - 1, len(word) + 1):
            for at in range(start, end - length + 1):
                written = text[at : at + length]
                near = written[0] == word[0] or (written[-1] == word[-1] and (len(word) > 2 or word in words.all))
                near = near and not _splits_latin(plain, at, at + length)
                if near and distance(written, word, 1) == 1:
                    found.setdefault(at, []).append(_unknown(text, at, at + length))
    return found


def _offer(
    best: dict[tuple[int, bool], tuple[int, Token | None, tuple[int, bool] | None]],
    key: tuple[int, bool],
    cost: int,
    token: Token | None,
    before: tuple[int, bool],
) -> None:
    if key not in best or cost < best[key][0]:
        best[key] = (cost, token, before)


def _unknown(text: str, start: int, end: int) -> Token:
    """A stretch that is no word of the language and no name: a number word, a word of English, or a mistyped name."""
    word = unicodedata.normalize("NFC", text[start:end])
    number = NUMBER_WORDS["zh"].get(word)
    if number is not None:
        fix = Fix("fix-write", number, {"text": number})
        return Token(
            "NUMBER", number, start, end, Diagnostic("number-word", Place(start, end), {"text": word}, fix=fix)
        )
    foreign = foreign_word(word, "zh")
    if foreign is not None:
        token, value, right = foreign
        fix = Fix("fix-write", right, {"text": right})
        params = {"text": word, "right": right}
        return Token(token, value, start, end, Diagnostic("foreign-word", Place(start, end), params, fix=fix))
    return Token("NAME", word, start, end)
