"""Rules by the stretch of values that they ask for (`amount between 5 and 9`): those around a value are found at once.

An augmented tree over an array: the stretches in the order of their lower ends, and above each half of them how far
up they reach (Cormen et al., Introduction to Algorithms, "Interval trees").
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from ruleloom.engine.finding.keys import Within

_BELOW, _AT, _ABOVE = 0, 1, 2
"""Beside a value: an end just below it, the value itself, an end just above it."""
End = tuple[Any, int]
Tree = tuple[list[str], list[End], list[End]]
"""The rules in the order of their lower ends, these ends, and how far up each node reaches."""


class Ranges:
    """Stretches of values by the rule that asks for them. The tree is built at the first question after a change."""

    def __init__(self) -> None:
        self._stretches: dict[str, tuple[End, End]] = {}
        self._tree: Tree | None = None

    def add(self, rule: str, key: Within) -> None:
        """Takes a stretch in."""
        low = (key.low, _BELOW if key.from_low else _ABOVE)
        high = (key.high, _ABOVE if key.to_high else _BELOW)
        self._stretches[rule], self._tree = (low, high), None

    def remove(self, rule: str) -> None:
        """Takes a rule's stretch out."""
        self._stretches.pop(rule, None)
        self._tree = None

    def copy(self) -> Ranges:
        """The same stretches by themselves."""
        made = Ranges()
        made._stretches, made._tree = dict(self._stretches), self._tree
        return made

    def around(self, value: Any) -> list[str]:
        """The rules whose stretch holds a value: the cost is that of those found, and a logarithm of the others."""
        tree = self._tree
        if tree is None:
            tree = self._tree = _tree_of(self._stretches)  # as one, for threads that ask meanwhile
        order, lows, reach = tree
        place, found = (value, _AT), list[str]()
        end, rest = bisect_right(lows, place), [(1, 0, len(order))]
        while rest:
            node, first, last = rest.pop()
            if first >= min(last, end) or reach[node] < place:
                continue
            if last - first == 1:
                found.append(order[first])
                continue
            middle = (first + last) // 2
            rest += [(2 * node, first, middle), (2 * node + 1, middle, last)]
        return found


def _tree_of(stretches: dict[str, tuple[End, End]]) -> Tree:
    order = sorted(stretches, key=lambda rule: stretches[rule][0])
    highs, reach = [stretches[rule][1] for rule in order], list[End]([(None, _AT)] * (4 * len(order)))

    def fill(node: int, first: int, last: int) -> End:
        middle = (first + last) // 2
        whole = last - first == 1
        reach[node] = highs[first] if whole else max(fill(2 * node, first, middle), fill(2 * node + 1, middle, last))
        return reach[node]

    if order:
        fill(1, 0, len(order))
    return order, [stretches[rule][0] for rule in order], reach
