"""Python, SQLite, PostgreSQL and JsonLogic give the same answer to any condition about any rows at any moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from random import Random

from tests.dsl.backends.agree import conditions_round, values_round
from tests.dsl.backends.databases import Bench

_FULL = os.environ.get("RULELOOM_SIZE") == "full"
PAIRS = int(os.environ.get("RULELOOM_AGREEMENT", "200000" if _FULL else "20000"))
"""Of a condition and a record; `python -m tests.dsl.backends.agree 1000000` compares as many as one likes."""
_FIRST = Random().randrange(2**32) if _FULL else 0  # noqa: S311 - an ordinary run asks the same every time


def _until(pairs: int, ask: Callable[[int, Sequence[Bench]], int], benches: Sequence[Bench]) -> int:
    """Asks round after round, each of which fails at a difference; how many pairs were compared."""
    seed, compared = _FIRST, 0
    while compared < pairs:
        compared += ask(seed, benches)
        seed += 1
    return compared


def test_conditions_agree(benches: list[Bench]) -> None:
    assert _until(PAIRS, conditions_round, benches) >= PAIRS


def test_values_agree(benches: list[Bench]) -> None:
    assert _until(PAIRS // 4, values_round, benches) >= PAIRS // 4


def test_worlds_of_few_records_agree(sqlite_bench: Bench) -> None:
    for seed in range(_FIRST, _FIRST + 5):
        assert conditions_round(seed, [sqlite_bench], crowd=1) > 0
