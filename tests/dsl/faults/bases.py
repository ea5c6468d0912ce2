"""The right texts that faults are made of: every text of the conformance cases that the language accepts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ruleloom import dsl
from ruleloom.dsl.checking.names import names_of
from ruleloom.dsl.reading.grammar import table
from ruleloom.dsl.reading.lexer import scan
from ruleloom.dsl.reading.parsing import PartName
from ruleloom.dsl.reading.repair import one_line
from ruleloom.dsl.reading.syntax import Token
from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema
from ruleloom.messages import LANGUAGES, Language
from tests.dsl.backends.world import MODEL as WORLD
from tests.dsl.conftest import SCHEMA

CASES = Path(__file__).parents[2] / "conformance"


@dataclass(frozen=True, eq=False)
class Base:
    """A right text, what it is, its tokens and its tree."""

    text: str
    language: Language
    model: Model
    of: str | None
    tokens: tuple[Token, ...]
    tree: Any

    def read(self, text: str) -> dsl.Parsed:
        """Another text in the place of this one."""
        return _read(text, self.language, self.model, self.of)


def _read(text: str, language: Language, model: Model, of: str | None) -> dsl.Parsed:
    entity = model.by_key[of].id if of else None
    part: PartName = "condition" if of else "rules"
    return dsl.parse(text, model, language, entity=entity, part=part)


def tree_of(parsed: dsl.Parsed) -> Any:
    """What a text says, to be compared."""
    return parsed.rules or parsed.tree


def _texts() -> Iterator[tuple[str, Language, Model, str | None]]:
    ours = read_schema(SCHEMA)
    for language in LANGUAGES:
        for row in _rows("surfaces_conditions.yaml"):
            yield from ((text, language, ours, row["of"]) for text in row[language] if "#" not in text)
        for row in _rows("surfaces_rules.yaml"):
            yield row[language], language, ours, None
        stories = _rows("engine_stories.yaml")
        model = read_schema(stories["schema"])
        yield from ((row["rules"][language], language, model, None) for row in stories["cases"])
        for path in sorted(CASES.glob("eval_*.yaml")):
            for row in _rows(path.name):
                if language in row["when"]:
                    yield row["when"][language], language, WORLD, row.get("on", "customer")


def _rows(name: str) -> Any:
    return yaml.load((CASES / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def bases() -> tuple[Base, ...]:
    """All right texts; equal ones once."""
    found: dict[tuple[str, Language], Base] = {}
    for text, language, model, of in _texts():
        parsed = _read(text, language, model, of)
        if not parsed.ok or (text, language) in found:
            continue
        lattice = scan(text, names_of(model).words, language)
        tokens = one_line(table(language), "expression" if of else "rule", lattice, 0, len(text))
        found[text, language] = Base(text, language, model, of, tuple(tokens), tree_of(parsed))
    return tuple(found.values())
