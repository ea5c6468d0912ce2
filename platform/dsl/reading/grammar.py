"""The two grammar files as parse tables: Lark builds them once, `reading` walks them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token
from lark.common import LexerConf
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

from ruleloom.dsl.keywords import keywords
from ruleloom.messages import Language

STARTS = ("rule", "expression")
END = "$END"
MARKS = ("LPAR", "RPAR", "COMMA", "DOT", "SEMICOLON", "PLUS", "MINUS", "STAR", "SLASH")
LITERALS = ("NAME", "STRING", "NUMBER", "TIME")
_FILES: Mapping[Language, str] = {"en": "english.lark", "zh": "chinese.lark"}


@dataclass(frozen=True, slots=True)
class Production:
    """A grammar rule: what it makes and of how many symbols."""

    index: int
    origin: str
    kind: str
    size: int
    passes: bool
    """A rule with one child that stands for it."""
    spliced: bool
    """A nameless list: its children join those of the rule around it."""


State = Mapping[str, "int | Production"]
"""What a terminal or rule does in a state: go to a state, or reduce a production."""


@dataclass(frozen=True, slots=True)
class Table:
    """A grammar's LALR(1) automaton."""

    states: tuple[State, ...]
    starts: Mapping[str, int]
    ends: Mapping[str, int]


class _Outside(Lexer):
    """Tokens come from `lexer`, not from Lark."""

    def __init__(self, conf: LexerConf) -> None:
        pass

    def lex(self, data: Any, parser_state: Any = None) -> Iterator[Token]:  # noqa: ARG002
        yield from ()


def _production(rule: Any, index: int) -> Production:
    origin = str(rule.origin.name)
    passes = bool(rule.options.expand1) and rule.alias is None
    return Production(index, origin, rule.alias or origin, len(rule.expansion), passes, origin.startswith("_"))


@cache
def table(language: Language) -> Table:
    """The automaton of a language's grammar file."""
    text = files("ruleloom.dsl.reading").joinpath(_FILES[language]).read_text(encoding="utf-8")
    known = [*MARKS, *LITERALS, *dict.fromkeys(keyword.token for keyword in keywords())]
    used = set(re.findall(r"\b[A-Z][A-Z_]+\b", re.sub(r"//.*", "", text)))
    declared = " ".join(name for name in known if name in used)
    lark = Lark(
        f"{text}\n%declare {declared}\n", parser="lalr", lexer=_Outside, start=list(STARTS), maybe_placeholders=False
    )
    found = lark.parser.parser._parse_table
    productions: dict[Any, Production] = {}
    states: list[State] = [{} for _ in found.states]
    for number, actions in found.states.items():
        states[number] = {
            str(symbol): argument
            if action is Shift
            else productions.setdefault(argument, _production(argument, len(productions)))
            for symbol, (action, argument) in actions.items()
        }
    return Table(tuple(states), dict(found.start_states), dict(found.end_states))
