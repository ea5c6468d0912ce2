"""People who get a rule wrong are told where, and mostly how to put it right."""

from __future__ import annotations

import os

import pytest

from tests.dsl.faults.bases import bases
from tests.dsl.faults.judge import Verdict
from tests.dsl.faults.operators import OPERATORS, UNKNOWABLE
from tests.dsl.faults.rates import line, share, verdicts

NUMBER = 400 if os.environ.get("RULELOOM_SIZE") == "full" else 60
"""Faults of each kind."""
PLACES, FIXES = 0.95, 0.80
"""The least share of faults that are named at their place, and of those whose fix is right."""
LEAST = (0.93, 0.83)
"""The same for each kind by itself; some are harder, each for its reason."""
LEAST_OF = {
    # `days since x = 3` without its first words is a date compared with a number: wrong at 3, not at the gap.
    "missing_meaning": (0.62, 0.0),
    # Every hour at 09:00 is wrong at 09:00 as much as at the hour.
    "small_unit_on_date": (0.75, 0.70),
    # `(amount > 1 or flag is empty for 3 months` may close before `for` or at the end.
    "lost_parenthesis": (0.82, 0.83),
    "missing_part_of_phrase": (0.90, 0.80),
}


@pytest.fixture(scope="module")
def found() -> dict[str, list[Verdict]]:
    return verdicts(NUMBER)


def test_there_are_enough_texts_and_ways_to_get_them_wrong(found: dict[str, list[Verdict]]) -> None:
    assert len(OPERATORS) >= 10
    for language in ("en", "zh"):
        assert sum(base.language == language for base in bases()) >= 180
        judged = [each for rows in found.values() for each in rows if each.fault.base.language == language]
        assert len(judged) >= NUMBER * len(OPERATORS) // 4


def test_faults_are_named_at_their_place_and_mended(
    found: dict[str, list[Verdict]], capsys: pytest.CaptureFixture[str]
) -> None:
    every = [each for rows in found.values() for each in rows]
    with capsys.disabled():
        print("", *(line(name, rows) for name, rows in found.items()), line("all", every), sep="\n")  # noqa: T201
    assert share(each.place for each in every) >= PLACES
    assert share(each.fix for each in every if each.fault.operator not in UNKNOWABLE) >= FIXES


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages_are_helped(language: str, found: dict[str, list[Verdict]]) -> None:
    every = [each for rows in found.values() for each in rows if each.fault.base.language == language]
    assert share(each.place for each in every) >= PLACES
    assert share(each.fix for each in every if each.fault.operator not in UNKNOWABLE) >= FIXES


@pytest.mark.parametrize("name", OPERATORS)
def test_no_kind_of_fault_is_left_alone(name: str, found: dict[str, list[Verdict]]) -> None:
    assert found[name], "no text can be got wrong in this way"
    if len(found[name]) < NUMBER // 2:
        return
    places, fixes = LEAST_OF.get(name, LEAST)
    assert share(each.place for each in found[name]) >= places, line(name, found[name])
    if name not in UNKNOWABLE:
        assert share(each.fix for each in found[name]) >= fixes, line(name, found[name])


def test_one_fault_gives_one_message(found: dict[str, list[Verdict]]) -> None:
    """Where the fix makes the text right, there is nothing else to say."""
    mended = [each for rows in found.values() for each in rows if each.fix]
    alone = [
        len(each.fault.base.read(each.fault.text).diagnostics) == 1 for each in mended[:: max(1, len(mended) // 150)]
    ]
    assert share(alone) >= 0.95
