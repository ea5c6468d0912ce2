"""Which firings of a period came of a rule: looked for from below, whatever else the log holds."""

from __future__ import annotations

from ruleloom.storage.database import Connection
from ruleloom.storage.logs import firing_log
from ruleloom.storage.logs.firing_log import FiringRow
from ruleloom.storage.records.timeline import led_to

CHAINS = {
    1: ("mine", None),
    2: ("other", 1),
    3: ("third", 2),
    4: ("other", None),
    5: ("third", 4),
    6: ("other", 700),
    7: ("mine", 5),
    8: ("other", 7),
}
"""Rule and cause by firing; 700 is an undo."""


def test_what_a_rule_led_to(connection: Connection) -> None:
    rows = [
        FiringRow(number, f"k{number}", rule, 1, "customer", 1, "on", number, number, None, None, 0, cause)
        for number, (rule, cause) in CHAINS.items()
    ]
    firing_log.add_firings(connection, rows)
    assert led_to(connection, "mine", [*CHAINS, 700]) == {1, 2, 3, 7, 8}
    assert led_to(connection, "mine", [3, 5]) == {3}
    assert led_to(connection, "mine", []) == set()
    assert led_to(connection, "other", CHAINS) == {2, 3, 4, 5, 6, 7, 8}
