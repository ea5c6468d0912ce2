"""Ways of getting a rule wrong. Each makes one fault in a right text, so that its place and its mending are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from ruleloom.dsl.syntax import Token
from ruleloom.messages import Language
from tests.dsl.faults.bases import Base
from tests.dsl.faults.judge import Fault

Made = tuple[str, int, int]
"""The wrong text, and where it is wrong."""
Operator = Callable[[Base, Random], Made | None]

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
    return token and _put(base.text, token.start, token.end, _slip(_written(base, token), chance, base.language))


def keyword_typo(base: Base, chance: Random) -> Made | None:
    """A slip in a word of the language."""
    least = 1 if base.language == "zh" else 2
    token = _pick(base, chance, lambda t: _is_keyword(t) and t.end - t.start > least and base.text[t.start].isalpha())
    return token and _put(base.text, token.start, token.end, _slip(_written(base, token), chance, base.language))


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


def missing_word(base: Base, chance: Random) -> Made | None:
    """A word of the language is left out, with the space behind it."""
    token = _pick(base, chance, lambda t: t.type not in _LITERALS and base.text[t.start].isalpha())
    if token is None:
        return None
    space = re.compile(r"[ ]?").match(base.text, token.end)
    end = space.end() if space else token.end
    before = max((other.end for other in base.tokens if other.end <= token.start), default=0)
    after = min((other.end for other in base.tokens if other.start >= token.end), default=end)
    return base.text[: token.start] + base.text[end:], before, max(before, after - (end - token.start))


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
    return token and _put(base.text, token.start, token.end, f'"{_written(base, token)}"')


def wrong_unit(base: Base, chance: Random) -> Made | None:
    """A unit as other programs write it."""
    units = {"en": {"days": ("d", "dayz", "小时"), "hours": ("h", "hrs", "hr"), "weeks": ("wk", "wks"), "minutes": ("min", "mins"),
                    "months": ("mon", "mths"), "years": ("yr", "yrs")},
             "zh": {"days": ("日", "days", "d"), "hours": ("h", "时", "钟头"), "weeks": ("星期", "weeks"), "minutes": ("分", "min"),
                    "months": ("月", "months"), "years": ("years",)}}[base.language]  # fmt: skip
    numbers = {token.end for token in base.tokens if token.type == "NUMBER"}
    token = _pick(base, chance, lambda t: t.type == "UNIT" and t.value in units
                  and len(base.text[: t.start].rstrip()) in numbers)  # fmt: skip
    if token is None:
        return None
    by = chance.choice([unit for unit in units[token.value] if unit != "小时"])
    return _put(base.text, token.start, token.end, by)


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
    return text, token.start, after[0].end - 1 if after else len(text)


def lost_opening(base: Base, chance: Random) -> Made | None:
    """The parenthesis behind the name of a function is forgotten."""
    called = [t for before, t in zip(base.tokens, base.tokens[1:], strict=False)
              if t.type == "LPAR" and before.type in ("AGG", "FUNCTION", "IN", "HAS", "NOT_IN", "MINMAX")]  # fmt: skip
    if not called:
        return None
    token = chance.choice(called)
    after = min(other.end for other in base.tokens if other.start >= token.end)
    before = max(other.start for other in base.tokens if other.end <= token.start)
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
    return None if token.type == "ORDER" and len(_written(base, token)) != 2 else _put(base.text, token.start, token.end, by)


def single_quotes(base: Base, chance: Random) -> Made | None:
    """Single quotes around a text."""
    token = _pick(base, chance, lambda t: t.type == "STRING" and "{" not in t.value and "'" not in t.value
                  and _written(base, t) == f'"{t.value}"' and not base.text[t.start - 1 : t.start].isalnum())  # fmt: skip
    return token and _put(base.text, token.start, token.end, f"'{token.value}'")


def number_word(base: Base, chance: Random) -> Made | None:
    """A number in words."""
    words = {"en": {"1": "one", "2": "two", "3": "three", "5": "five", "7": "seven", "10": "ten", "30": "thirty", "14": "fourteen", "90": "ninety"},
             "zh": {"1": "一", "2": "两", "3": "三", "5": "五", "7": "七", "10": "十", "30": "三十", "14": "十四", "90": "九十", "15": "十五"}}[base.language]  # fmt: skip
    token = _pick(base, chance, lambda t: t.type == "NUMBER" and _written(base, t) in words)
    return token and _put(base.text, token.start, token.end, words[_written(base, token)])


def foreign_word(base: Base, chance: Random) -> Made | None:
    """A word that people bring along from spreadsheets, SQL, other programs or everyday speech."""
    words = {
        "en": {"EMPTY": ("null", "blank", "nothing"), "EQ": ("equals",), "IS_EMPTY": ("is null", "is blank"), "WHEN": ("if", "where"),
               "IN": ("one of",), "MATCH": ("includes",), "WARN": ("alert",), "NOTIFY": ("email", "tell"), "CREATE": ("insert", "new"),
               "DELETE": ("remove",), "AGG": ("total", "average"), "IS_NOT_EMPTY": ("is not null",), "OLDER": ("earlier than",),
               "CHANGES": ("changed",), "CHANGES_TO": ("changed to", "becomes"), "BLOCK": ("reject", "prevent")},
        "zh": {"AND": ("并且", "而且", "and"), "OR": ("或者", "or"), "EQ": ("等于",), "NE": ("不等于",), "WHEN": ("如果", "若"), "THEN": ("那么", "就"),
               "IS_EMPTY": ("是空", "为null"), "CREATE": ("创建", "新增"), "EMPTY": ("null",), "NOTIFY": ("告知",), "CHANGES_TO": ("改为", "变成", "变更为"),
               "MATCH": ("含有",), "SET": ("设为",), "AGG": ("求和", "总和"), "BEFORE": ("先于",), "NOT": ("not", "不")},
    }[base.language]  # fmt: skip
    token = _pick(base, chance, lambda t: t.type in words and (t.type != "AGG" or t.value in ("sum", "avg"))
                  and (t.type != "MATCH" or t.value == "contains"))  # fmt: skip
    if token is None:
        return None
    choices = words[token.type]
    by = choices[0] if token.type == "AGG" and token.value == "sum" else chance.choice(choices)
    by = "average" if base.language == "en" and token.type == "AGG" and token.value == "avg" else by
    by = "平均值" if base.language == "zh" and token.type == "AGG" and token.value == "avg" else by
    return _put(base.text, token.start, token.end, by)


def misused_where(base: Base, chance: Random) -> Made | None:
    """`where` mixed up with another word, or a name of the rule's record inside it."""
    by = {"en": ("when", "with", "whose", "having", "if", "that"), "zh": ("当", "其中", "如果", "并且满足", "条件")}[base.language]
    token = _pick(base, chance, lambda t: t.type == "WHERE")
    return token and _put(base.text, token.start, token.end, chance.choice(by))


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
        name_typo, keyword_typo, option_typo, wide_mark, missing_word, missing_part_of_phrase, quoted_number, wrong_unit,
        small_unit_on_date, lost_parenthesis, lost_opening, lost_quote, bare_option, foreign_sign, single_quotes,
        number_word, foreign_word, misused_where, this_left_out, doubled_word,
    )
}  # fmt: skip


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
