"""Ways of getting a rule wrong. Each makes one fault in a right text, so that its place and its mending are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import yaml

from ruleloom.dsl.reading.syntax import Token
from ruleloom.messages import Language
from tests.dsl.faults.bases import Base
from tests.dsl.faults.judge import Fault

Made = tuple[str, int, int]
"""The wrong text, and where it is wrong."""
Operator = Callable[[Base, Random], Made | None]

WORDS: Any = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
_LITERALS = frozenset({"NAME", "STRING", "NUMBER", "TIME", "LPAR", "RPAR", "COMMA", "DOT", "SEMICOLON"})
_SIGNS = frozenset({"PLUS", "MINUS", "STAR", "SLASH"})
_SIMILAR = "的了油区定单员最金客名项"


def _put(text: str, start: int, end: int, by: str) -> Made:
    return text[:start] + by + text[end:], start, max(start, start + len(by) - 1)


def _pick(base: Base, chance: Random, keep: Callable[[Token], bool]) -> Token | None:
    found = [token for token in base.tokens if keep(token)]
    return chance.choice(found) if found else None


def _written(base: Base, token: Token) -> str:
    return base.text[token.start : token.end]


def _slip(word: str, chance: Random, language: Language) -> str:
    """A word with one slip of a finger: a letter lost, doubled, swapped or replaced."""
    at = chance.randrange(len(word))
    if language == "zh" and not word.isascii():
        wrong = chance.choice([letter for letter in _SIMILAR if letter != word[at]])
        return chance.choice([word[:at] + wrong + word[at + 1 :], word[:at] + word[at + 1 :]] if len(word) > 2 else
                             [word[:at] + wrong + word[at + 1 :]])  # fmt: skip
    letter = chance.choice("aeinorstl")
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    return chance.choice([word[:at] + word[at + 1 :], word[: at + 1] + word[at:], swapped,
                          word[:at] + letter + word[at + 1 :]])  # fmt: skip


def _is_keyword(token: Token) -> bool:
    return token.type not in _LITERALS | _SIGNS and token.end - token.start > 1


def name_typo(base: Base, chance: Random) -> Made | None:
    """A slip in the name of a field, an entity or related records."""
    token = _pick(base, chance, lambda t: t.type == "NAME" and t.end - t.start > (1 if base.language == "zh" else 3)
                  and base.text[t.start] != "`")  # fmt: skip
    return (
        token
        if token is None
        else _put(base.text, token.start, token.end, _slip(_written(base, token), chance, base.language))
    )


def keyword_typo(base: Base, chance: Random) -> Made | None:
    """A slip in a word of the language."""
    least = 1 if base.language == "zh" else 2
    token = _pick(base, chance, lambda t: _is_keyword(t) and t.end - t.start > least and base.text[t.start].isalpha())
    return (
        token
        if token is None
        else _put(base.text, token.start, token.end, _slip(_written(base, token), chance, base.language))
    )


def option_typo(base: Base, chance: Random) -> Made | None:
    """A slip in an option."""
    options = {word for entity in base.model.entities for field in entity.fields for option in field.options
               for word in (option.value, *option.labels.values())}  # fmt: skip
    token = _pick(base, chance, lambda t: t.type == "STRING" and t.value in options and len(t.value) > 1)
    if token is None:
        return None
    language: Language = "en" if token.value.isascii() else "zh"
    return _put(base.text, token.start, token.end, '"' + _slip(token.value, chance, language) + '"')


_WIDE_MARKS: Mapping[str, Sequence[str]] = {
    "EQ": ("＝＝",), "AND": ("＆＆", "＆"), "OR": ("｜｜",), "LPAR": ("【", "〔", "［"), "RPAR": ("】", "〕", "］"),
    "STRING": ("『{}』", "《{}》", "‘{}’"), "ORDER": ("＝＞",),
}  # fmt: skip


def wide_mark(base: Base, chance: Random) -> Made | None:
    """A full-width mark that is none of ours."""
    token = _pick(base, chance, lambda t: t.type in _WIDE_MARKS and (t.type != "ORDER" or _written(base, t) == ">=")
                  and (t.type != "EQ" or _written(base, t) == "=")
                  and (t.type != "STRING" or "{" not in t.value))  # fmt: skip
    if token is None:
        return None
    return _put(base.text, token.start, token.end, chance.choice(_WIDE_MARKS[token.type]).format(token.value))


_CERTAIN = frozenset(
    {
        *("RULE", "ON", "WHEN", "THEN", "WHEN_ENDS", "AND", "WHERE", "IN_LAST", "NEAR", "THE_LAST", "ALL", "ALL_OF"),
        *("HELD", "BETWEEN", "TO_END", "AT", "PER", "TO", "GIVE", "UNTIL", "SET", "DUE"),
    }
)
"""Words whose absence leaves one way to mend a text."""


def _without(base: Base, token: Token) -> Made:
    space = re.compile(r"[ ]?").match(base.text, token.end)
    end = space.end() if space else token.end
    before = max((other.end for other in base.tokens if other.end <= token.start), default=0)
    after = min((other.start for other in base.tokens if other.start >= token.end), default=len(base.text))
    return base.text[: token.start] + base.text[end:], before, max(before, after - (end - token.start))


def missing_word(base: Base, chance: Random) -> Made | None:
    """A word is left out that only one word can stand for."""
    token = _pick(base, chance, lambda t: t.type in _CERTAIN and base.text[t.start].isalpha())
    if token is None:
        return None
    return _without(base, token)


def missing_meaning(base: Base, chance: Random) -> Made | None:
    """A word is left out that several could stand for (`or`, `contains`, `sum`, `yes`): only its place can be known."""
    token = _pick(base, chance, lambda t: t.type not in _LITERALS | _CERTAIN and base.text[t.start].isalpha())
    if token is None:
        return None
    return _without(base, token)


def missing_part_of_phrase(base: Base, chance: Random) -> Made | None:
    """A phrase of several words loses one of them."""
    token = _pick(base, chance, lambda t: t.type not in _LITERALS and " " in _written(base, t))
    if token is None:
        return None
    words = _written(base, token).split()
    words.pop(chance.randrange(len(words)))
    return _put(base.text, token.start, token.end, " ".join(words))


def quoted_number(base: Base, chance: Random) -> Made | None:
    """A number in quotes."""
    token = _pick(base, chance, lambda t: t.type == "NUMBER" and _written(base, t) == t.value)
    if token is None:
        return None
    return _put(base.text, token.start, token.end, f'"{_written(base, token)}"')


def wrong_unit(base: Base, chance: Random) -> Made | None:
    """A unit as other programs write it."""
    units = WORDS["units"][base.language]
    numbers = {token.end for token in base.tokens if token.type == "NUMBER"}
    token = _pick(base, chance, lambda t: t.type == "UNIT" and t.value in units
                  and len(base.text[: t.start].rstrip()) in numbers)  # fmt: skip
    if token is None:
        return None
    return _put(base.text, token.start, token.end, chance.choice(units[token.value]))


def small_unit_on_date(base: Base, chance: Random) -> Made | None:
    """Days of a date become hours."""
    token = _pick(base, chance, lambda t: t.type == "UNIT" and t.value == "days")
    if token is None:
        return None
    made = _put(base.text, token.start, token.end, {"en": "hours", "zh": "小时"}[base.language])
    number = max((other.start for other in base.tokens if other.end <= token.start), default=token.start)
    return made[0], number, made[2]


def lost_parenthesis(base: Base, chance: Random) -> Made | None:
    """The last closing parenthesis is forgotten."""
    token = next((t for t in reversed(base.tokens) if t.type == "RPAR"), None)
    if token is None:
        return None
    text = base.text[: token.start] + base.text[token.end :]
    after = [other for other in base.tokens if other.start >= token.end]
    return text, token.start, after[0].start - 1 if after else len(text)


def lost_opening(base: Base, chance: Random) -> Made | None:
    """The parenthesis behind the name of a function is forgotten."""
    called = [t for before, t in zip(base.tokens, base.tokens[1:], strict=False)
              if t.type == "LPAR" and before.type in ("AGG", "FUNCTION", "IN", "HAS", "NOT_IN", "MINMAX")]  # fmt: skip
    if not called:
        return None
    token = chance.choice(called)
    after = min(other.start for other in base.tokens if other.start >= token.end)
    before = max(other.end for other in base.tokens if other.end <= token.start)
    return base.text[: token.start] + " " + base.text[token.end :], before, after


def lost_quote(base: Base, chance: Random) -> Made | None:
    """A text without its closing or its opening quote."""
    token = _pick(base, chance, lambda t: t.type == "STRING" and base.text[t.start] == '"')
    if token is None:
        return None
    inner = _written(base, token)
    return _put(base.text, token.start, token.end, inner[:-1])


def bare_option(base: Base, chance: Random) -> Made | None:
    """An option or a text of one word without quotes."""
    token = _pick(base, chance, lambda t: t.type == "STRING" and re.fullmatch(r"\w+", t.value) is not None)
    if token is None or base.text[: token.start].rstrip().endswith(("rule", "规则")):
        return None
    return _put(base.text, token.start, token.end, token.value)


def foreign_sign(base: Base, chance: Random) -> Made | None:
    """A sign of a programming language."""
    signs = {"EQ": ("==", "==="), "NE": ("<>", "!=="), "AND": ("&&", "&"), "OR": ("||", "|"), "LPAR": ("[",),
             "RPAR": ("]",), "NOT": ("!",)}  # fmt: skip
    token = _pick(base, chance, lambda t: t.type in signs or _written(base, t) in (">=", "<="))
    if token is None:
        return None
    by = {">=": "=>", "<=": "=<"}.get(_written(base, token)) or chance.choice(signs.get(token.type, ("=>",)))
    return (
        None
        if token.type == "ORDER" and len(_written(base, token)) != 2
        else _put(base.text, token.start, token.end, by)
    )


def single_quotes(base: Base, chance: Random) -> Made | None:
    """Single quotes around a text."""

    def fitting(token: Token) -> bool:
        is_plain = "{" not in token.value and "'" not in token.value and _written(base, token) == f'"{token.value}"'
        return token.type == "STRING" and is_plain and not base.text[token.start - 1 : token.start].isalnum()

    token = _pick(base, chance, fitting)
    if token is None:
        return None
    return _put(base.text, token.start, token.end, f"'{token.value}'")


def number_word(base: Base, chance: Random) -> Made | None:
    """A number in words."""
    words = WORDS["numbers"][base.language]
    token = _pick(base, chance, lambda t: t.type == "NUMBER" and _written(base, t) in words)
    if token is None:
        return None
    return _put(base.text, token.start, token.end, words[_written(base, token)])


def foreign_word(base: Base, chance: Random) -> Made | None:
    """A word that people bring along from spreadsheets, SQL, other programs or everyday speech."""
    words = WORDS["foreign"][base.language]
    token = _pick(base, chance, lambda t: t.type in words or f"{t.type} {t.value}" in words)
    if token is None:
        return None
    by = words.get(token.type) or words[f"{token.type} {token.value}"]
    return _put(base.text, token.start, token.end, chance.choice(by))


def misused_where(base: Base, chance: Random) -> Made | None:
    """`where` mixed up with another word, or a name of the rule's record inside it."""
    token = _pick(base, chance, lambda t: t.type == "WHERE")
    return (
        token
        if token is None
        else _put(base.text, token.start, token.end, chance.choice(WORDS["where"][base.language]))
    )


def this_left_out(base: Base, chance: Random) -> Made | None:
    """Inside `where`, a field of the rule's own record without `this.`"""
    found = [(t, dot, name) for t, dot, name in zip(base.tokens, base.tokens[1:], base.tokens[2:], strict=False)
             if t.type == "THIS" and dot.type == "DOT" and name.type == "NAME"]  # fmt: skip
    if not found:
        return None
    this, _, name = chance.choice(found)
    return _put(base.text, this.start, name.end, _written(base, name))


def doubled_word(base: Base, chance: Random) -> Made | None:
    """A word or mark written twice."""
    token = _pick(base, chance, lambda t: t.type in ("AND", "OR", "WHERE", "THEN", "IS_EMPTY", "COMMA", "RPAR", "DOT"))
    if token is None:
        return None
    word = _written(base, token)
    text, start, _ = _put(base.text, token.end, token.end, (" " if word.isascii() and word.isalpha() else "") + word)
    return text, token.start, start + len(word) + 1


OPERATORS: Mapping[str, Operator] = {
    made.__name__: made
    for made in (
        *(name_typo, keyword_typo, option_typo, wide_mark, missing_word, missing_meaning, missing_part_of_phrase),
        *(quoted_number, wrong_unit, small_unit_on_date, lost_parenthesis, lost_opening, lost_quote, bare_option),
        *(foreign_sign, single_quotes, number_word, foreign_word, misused_where, this_left_out, doubled_word),
    )
}
UNKNOWABLE = frozenset({"missing_meaning"})
"""Faults whose place is known and whose mending is not: nobody can tell which of several words was left out."""


def faults(name: str, every: Sequence[Base], number: int, chance: Random) -> Iterator[Fault]:
    """Faults of one kind, spread over the texts of both languages."""
    operator = OPERATORS[name]
    found = 0
    for _ in range(number * 60):
        base = chance.choice(every)
        made = operator(base, chance)
        if made is not None and made[0] != base.text:
            yield Fault(name, base, *made)
            found += 1
        if found >= number:
            return
