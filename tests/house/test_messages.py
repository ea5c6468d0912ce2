"""Each code has a text in both languages, and the texts and the source know the same codes."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache

import pytest

from ruleloom.messages import LANGUAGES, codes
from tests.house.tree import files, parsed, shown

KEBAB = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
PARAMETERS = ("code", "title_code")
"""Whatever takes a parameter of this name takes a message code there."""


def placeholders(text: str) -> set[str]:
    return {re.split(r"[.\[!:]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def python_of_the_product() -> list[ast.Module]:
    return [parsed(file) for file in files("platform", ".py")]


@cache
def takers() -> dict[str, dict[str, int]]:
    """For each function and class of the product that takes a code: which parameters, and at which position."""
    found: dict[str, dict[str, int]] = {}
    for tree in python_of_the_product():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names = [arg.arg for arg in node.args.args if arg.arg not in {"self", "cls"}]
            elif isinstance(node, ast.ClassDef):
                names = [
                    part.target.id
                    for part in node.body
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                ]
            else:
                continue
            places = {name: names.index(name) for name in PARAMETERS if name in names}
            if places:
                found.setdefault(node.name, {}).update(places)
    return found


def called(node: ast.Call) -> str:
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def codes_given(node: ast.Call) -> Iterator[str]:
    """The constant codes that a call gives to parameters that take one."""
    places = takers().get(called(node), {})
    given = [node.args[place] for place in places.values() if place < len(node.args)]
    given += [keyword.value for keyword in node.keywords if keyword.arg in places]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and "-" in value.value:
            yield value.value


def used() -> dict[str, str]:
    """Every code that the source gives, with the first place."""
    found: dict[str, str] = {}
    for file in files("platform", ".py"):
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Call):
                for code in codes_given(node):
                    found.setdefault(code, f"{shown(file)}:{node.lineno}")
    return found


@cache
def mentioned() -> tuple[set[str], str]:
    """Every text that stands alone in the source of the server, and a pattern for those put together from parts."""
    alone: set[str] = set()
    together = {r"(?!)"}
    for tree in python_of_the_product():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                alone.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
                fixed = "".join(part for part in parts if part)
                if re.fullmatch(r"[a-z0-9-]*-[a-z0-9-]*", fixed):
                    together.add("".join(re.escape(part) if part else r"[a-z0-9-]+" for part in parts))
    return alone, "|".join(sorted(together))


@cache
def text_of_the_web() -> str:
    sources = [*files("web", ".ts", ".tsx"), *files("platform", ".yaml", ".lark")]
    return "\n".join(file.read_text(encoding="utf-8") for file in sources if "texts" not in file.parts)


def is_mentioned(code: str) -> bool:
    alone, together = mentioned()
    return code in alone or bool(re.fullmatch(together, code)) or bool(re.search(rf"\b{code}\b", text_of_the_web()))


def test_there_are_texts() -> None:
    assert codes()


def test_each_code_has_both_languages() -> None:
    lacking = [
        code for code, texts in codes().items() if not all(str(texts.get(lang) or "").strip() for lang in LANGUAGES)
    ]
    assert not lacking, "give each an en and a zh text"


def test_chinese_texts_are_chinese() -> None:
    """A zh text without one Chinese character was forgotten; what is the same in both is a name."""
    latin = [c for c, t in codes().items() if t["zh"] != t["en"] and not re.search(r"[\u4e00-\u9fff]", t["zh"])]
    assert not latin


def test_codes_are_kebab_case() -> None:
    assert not [code for code in codes() if not KEBAB.fullmatch(code)]


def test_both_languages_fill_in_the_same_parameters() -> None:
    uneven = {code: texts for code, texts in codes().items() if placeholders(texts["en"]) != placeholders(texts["zh"])}
    assert not uneven


def test_every_code_that_the_source_gives_has_a_text() -> None:
    silent = {code: place for code, place in used().items() if code not in codes()}
    assert not silent, "add these to platform/messages/texts/<room>.yaml"


def test_every_text_is_used() -> None:
    idle = [code for code in codes() if not is_mentioned(code)]
    assert not idle, "no source names these codes: remove them"


@pytest.mark.parametrize("name", ["Diagnostic", "of", "text"])
def test_this_test_knows_who_takes_a_code(name: str) -> None:
    assert takers()[name]["code"] == 0
