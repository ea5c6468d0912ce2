"""Long lists of ids in parts: a statement takes so many values and no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
CHUNK = 500
"""Ids in one IN list, rows in one executemany."""


def chunks(items: Collection[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
