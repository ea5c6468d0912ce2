"""The connector kinds that are installed: folders of this room and entry points of the group `ruleloom.connectors`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points

import ruleloom.connectors as room
from ruleloom.connectors.contract import API, Connector
from ruleloom.connectors.errors import UnknownKind
from ruleloom.messages import Diagnostic

GROUP = "ruleloom.connectors"


@cache
def kinds() -> Mapping[str, type[Connector]]:
    """Every installed kind by name, read once. Two connectors of one kind, or one of another contract, are refused."""
    return gather((*_shipped(), *_plugged()))


def gather(found: Iterable[tuple[str, type[Connector]]]) -> dict[str, type[Connector]]:
    """Connectors by kind; `found` pairs each with where it comes from, so that a refusal can name both."""
    kept: dict[str, type[Connector]] = {}
    home: dict[str, str] = {}
    for place, connector in found:
        if connector.api != API:
            raise TypeError(f"{place}: written for connector contract {connector.api}, this is {API}")
        if connector.kind in kept:
            raise TypeError(f"connector kind {connector.kind!r} is in {home[connector.kind]} and in {place}")
        kept[connector.kind], home[connector.kind] = connector, place
    return kept


def kind(name: str) -> type[Connector]:
    """The connector class of a kind; UnknownKind names those that are installed."""
    found = kinds().get(name)
    if found is None:
        raise UnknownKind(Diagnostic("connector-kind-unknown", params={"kind": name, "kinds": sorted(kinds())}))
    return found


def _shipped() -> Iterator[tuple[str, type[Connector]]]:
    """Every folder of this room whose package names its connector class `CONNECTOR`."""
    for module in pkgutil.iter_modules(room.__path__):
        if module.ispkg:
            package = importlib.import_module(f"{room.__name__}.{module.name}")
            yield package.__name__, package.CONNECTOR


def _plugged() -> Iterator[tuple[str, type[Connector]]]:
    for point in entry_points(group=GROUP):
        yield f"{point.name} ({point.value})", point.load()
