"""Rules that may set each other off for ever are found; common patterns that end by themselves are not accused."""

from __future__ import annotations

import pytest

from ruleloom.dsl import parse
from ruleloom.dsl.nodes import Rule
from ruleloom.engine.cycles import cycle_through
from ruleloom.engine.ruleset import RuleBook
from tests.properties.histories import model_of

ON = "on customer when"


def cycle(*texts: str) -> list[str]:
    """The names of the cycle through the last of these rules, called A, B …"""
    model = model_of("UTC")
    book = RuleBook(model)
    for name, text in zip("ABC", texts, strict=False):
        tree = parse(f'rule "{name}" {text}', model, "en", part="rule").tree
        assert isinstance(tree, Rule)
        book.add(name, tree)
    return [rule.name for rule in cycle_through("ABC"[len(texts) - 1], book.rules)]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ((f"{ON} score = 0 then set score = 1", f"{ON} score = 1 then set score = 0"), ["B", "A"]),
        ((f"{ON} score changes then set score = score + 1",), ["A"]),
        (
            (
                f'{ON} region = "East" then set active = yes',
                f"{ON} active then create order (customer = this)",
                f'{ON} any orders then set region = "East"',
            ),
            ["C", "A", "B"],
        ),
        ((f"{ON} no orders then create order (customer = this)",), []),
        ((f"{ON} score > 1 then set active = yes", f'{ON} active then set region = "East"'), []),
        (
            (f"{ON} score > 1 then set active = yes", "on customer every day at 09:00 when active then set score = 2"),
            [],
        ),
    ],
)
def test_cycles(texts: tuple[str, ...], found: list[str]) -> None:
    assert cycle(*texts) == found
