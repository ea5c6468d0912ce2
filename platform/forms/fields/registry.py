"""The field types by name. A file beside this one registers its class; plug-ins come by `ruleloom.field_types`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, TypeVar

import ruleloom.forms.fields as package

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ruleloom.forms.fields.base import FieldType

    Class = TypeVar("Class", bound=type[FieldType])

ENTRY_POINTS = "ruleloom.field_types"


class DoubleFieldType(Exception):
    """Two classes claim one type; names both. A mistake of a programmer, not of a person who draws."""


class Registry:
    """Refuses doubles and names both."""

    def __init__(self) -> None:
        self._types: dict[str, FieldType] = {}

    def register(self, cls: Class) -> Class:
        """Class decorator: makes the type known under `cls.type`."""
        known = self._types.get(cls.type)
        if known is not None:
            raise DoubleFieldType(f"field type {cls.type!r} is both {_name(type(known))} and {_name(cls)}")
        self._types[cls.type] = cls()
        return cls

    def __getitem__(self, name: str) -> FieldType:
        return self._types[name]

    def __contains__(self, name: object) -> bool:
        return name in self._types

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def types(self) -> Mapping[str, FieldType]:
        """All types by name."""
        return dict(self._types)


FIELD_TYPES = Registry()


@cache
def field_types() -> Registry:
    """The registry with every shipped type and every plug-in's read in, once per process."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        if module.name not in ("registry", "base"):
            importlib.import_module(f"{package.__name__}.{module.name}")
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        FIELD_TYPES.register(entry.load())
    return FIELD_TYPES


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
