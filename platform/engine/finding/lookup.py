"""Rules by what must be so on their own record: a record is looked up instead of asking each rule.

Of several necessary conditions a rule stands under the one that it shares with the fewest others: its rarest
equality, else a stretch of values, else a threshold.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from ruleloom.dsl.reads import Dependency
from ruleloom.engine.finding.keys import Equals, Key, Keys, Trigger, Within
from ruleloom.engine.finding.ranges import Ranges
from ruleloom.engine.store import Snapshot


class Planned(Protocol):
    """What the plan needs to know of a rule."""

    @property
    def id(self) -> str:
        """Its permanent id."""
        ...

    @property
    def entity(self) -> str:
        """The entity of its records."""
        ...

    @property
    def followed(self) -> bool:
        """Whether its state is kept after every write (level rules, and others with `C for D`)."""
        ...

    @property
    def watched(self) -> bool:
        """Whether it looks only at records that it already remembers (conditions waited for)."""
        ...

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """What its condition reads."""
        ...

    @property
    def keys(self) -> tuple[Keys, ...]:
        """Necessary conditions on its own record, any of which will do; none when nothing is known."""
        ...

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Changes that may fire it; none for rules without change conditions."""
        ...


R = TypeVar("R", bound=Planned)
_YES, _STRETCH, _THRESHOLD = 1, 8, 64
"""How many rules more an equality may hold before a looser key is taken: a yes or no splits records in two only,
a stretch finds what lies around a value, a threshold all that it has passed."""


class KeyIndex(Generic[R]):
    """Rules by their rarest necessary keys."""

    def __init__(self, key_of: Mapping[str, str]) -> None:
        self._key_of = key_of
        self.rules: dict[str, R] = {}
        self._taken: dict[str, Keys] = {}
        self._equals: dict[str, dict[Any, dict[str, R]]] = {}
        self._within: dict[str, Ranges] = {}
        self._beyond: dict[tuple[str, str], list[tuple[Any, str]]] = {}
        self._rest: dict[str, R] = {}

    def add(self, rule: R) -> None:
        """Takes a rule in; its cost does not depend on how many there are."""
        self.rules[rule.id] = rule
        if rule.watched:
            return
        if not rule.keys:
            self._rest[rule.id] = rule
            return
        self._taken[rule.id] = min(rule.keys, key=self._crowd)
        for key in self._taken[rule.id]:
            self._enter(key, rule)

    def standing(self, rule: R) -> tuple[Keys, int]:
        """The keys under which a rule would stand, none when it is asked about each record; how many others do."""
        if not rule.keys:
            return (), len(self._rest.keys() - {rule.id})
        keys = min(rule.keys, key=self._crowd)
        others = (taken for id_, taken in self._taken.items() if id_ != rule.id)
        return keys, sum(1 for taken in others if not set(taken).isdisjoint(keys))

    def copy(self) -> KeyIndex[R]:
        """The same rules in an index of its own."""
        made: KeyIndex[R] = KeyIndex(self._key_of)
        made.rules, made._rest, made._taken = dict(self.rules), dict(self._rest), dict(self._taken)
        made._equals = {
            name: {value: dict(rules) for value, rules in by_value.items()} for name, by_value in self._equals.items()
        }
        made._within = {name: ranges.copy() for name, ranges in self._within.items()}
        made._beyond = {place: list(entries) for place, entries in self._beyond.items()}
        return made

    def _crowd(self, keys: Keys) -> int:
        """How many rules a record that satisfies one of the keys is likely to find there."""
        return sum(self._company(key) for key in keys)

    def _company(self, key: Key) -> int:
        name = self._key_of[key.field]
        if isinstance(key, Equals):
            return len(self._equals.get(name, {}).get(key.value, ())) + (_YES if key.value is True else 0)
        if isinstance(key, Within):
            ranges = self._within.get(name)
            return _STRETCH + (len(ranges.around(key.low)) if ranges is not None else 0)
        return _THRESHOLD + len(self._beyond.get((name, key.bound), ())) // 2

    def _enter(self, key: Key, rule: R) -> None:
        name = self._key_of[key.field]
        if isinstance(key, Equals):
            self._equals.setdefault(name, {}).setdefault(key.value, {})[rule.id] = rule
        elif isinstance(key, Within):
            self._within.setdefault(name, Ranges()).add(rule.id, key)
        else:
            insort(self._beyond.setdefault((name, key.bound), []), (key.value, rule.id))

    def remove(self, rule: R) -> None:
        """Takes a rule out."""
        if self.rules.pop(rule.id, None) is None or rule.watched:
            return
        self._rest.pop(rule.id, None)
        for key in self._taken.pop(rule.id, ()):
            self._leave(key, rule.id)

    def _leave(self, key: Key, rule: str) -> None:
        name = self._key_of[key.field]
        if isinstance(key, Equals):
            by_value = self._equals[name]
            by_value[key.value].pop(rule, None)
            if not by_value[key.value]:
                del by_value[key.value]
        elif isinstance(key, Within):
            self._within[name].remove(rule)
        else:
            entries = self._beyond[(name, key.bound)]
            entries[:] = [entry for entry in entries if entry != (key.value, rule)]

    def candidates(self, snapshot: Snapshot) -> Iterator[R]:
        """Rules whose keys the record satisfies; one may come twice."""
        yield from self._rest.values()
        for name, by_value in self._equals.items():
            rules = by_value.get(snapshot.get(name))
            if rules:
                yield from rules.values()
        for name, ranges in self._within.items():
            value = snapshot.get(name)
            if value is not None:
                yield from (self.rules[rule] for rule in ranges.around(value))
        for (name, bound), entries in self._beyond.items():
            value = snapshot.get(name)
            if value is not None:
                yield from (self.rules[rule] for _, rule in _passed(entries, bound, value))


_LAST = "\U0010ffff"


def _passed(entries: list[tuple[Any, str]], bound: str, value: Any) -> list[tuple[Any, str]]:
    if bound == ">":
        return entries[: bisect_left(entries, (value, ""))]
    if bound == ">=":
        return entries[: bisect_right(entries, (value, _LAST))]
    if bound == "<":
        return entries[bisect_right(entries, (value, _LAST)) :]
    return entries[bisect_left(entries, (value, "")) :]
