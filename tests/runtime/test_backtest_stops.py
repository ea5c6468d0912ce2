"""A backtest hears that it is not wanted any more also while only time passes."""

from __future__ import annotations

import pytest

from ruleloom.dsl.calendar import DAY
from ruleloom.runtime.backtest.history import History
from ruleloom.runtime.backtest.playing import Player
from ruleloom.runtime.rules.content import tree_of
from ruleloom.runtime.workspace import Workspace


class Enough(Exception):
    """Somebody stops the run."""


def test_a_long_stretch_without_any_write_can_be_stopped(workspace: Workspace) -> None:
    text = 'rule "Often" on customer every 1 hours then set flag = "seen"'
    told: list[int] = []

    def tell(done: int) -> None:
        told.append(done)
        if len(told) == 10:
            raise Enough

    rule = tree_of({"text": text, "language": "en"}, workspace.model)
    player = Player(workspace.model, rule, set(), reasons=0, most=10, tell=tell)
    nothing = History(tuple, lambda _connection: (), 0, 0, None, 0, set())
    with workspace.database.read() as connection, pytest.raises(Enough):
        player.play(nothing, connection, 0, 30 * DAY)
