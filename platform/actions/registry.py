"""The kinds of action by the intent they take. Files beside this one register a class; plug-ins use entry points."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any, TypeVar

import ruleloom.actions as package
from ruleloom.actions.base import ActionKind

ENTRY_POINTS = "ruleloom.actions"
Class = TypeVar("Class", bound=type[ActionKind])


class DoubleAction(Exception):
    """Two classes claim one kind or one intent; names both. A programmer's mistake."""


class Registry:
    """Refuses doubles and names both."""

    def __init__(self) -> None:
        self._by_kind: dict[str, ActionKind] = {}
        self._by_intent: dict[type[Any], ActionKind] = {}

    def register(self, cls: Class) -> Class:
        """Class decorator: makes the kind known."""
        for known in (self._by_kind.get(cls.kind), self._by_intent.get(cls.intent)):
            if known is not None:
                raise DoubleAction(f"action {cls.kind!r} is both {_name(type(known))} and {_name(cls)}")
        self._by_kind[cls.kind] = self._by_intent[cls.intent] = cls()
        return cls

    def of(self, intent: object) -> ActionKind:
        """The kind that carries an intent out; KeyError when there is none."""
        return self._by_intent[type(intent)]

    def kinds(self) -> dict[str, ActionKind]:
        """All kinds by name."""
        return dict(self._by_kind)


ACTIONS = Registry()


@cache
def actions() -> Registry:
    """The registry with every shipped kind and every plug-in's read in, once per process."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        if module.name not in ("base", "registry"):
            importlib.import_module(f"{package.__name__}.{module.name}")
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        ACTIONS.register(entry.load())
    return ACTIONS


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
