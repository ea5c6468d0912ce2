"""Pages of `ExecuteBillQuery`: rows come as lists in the order of the field keys, one row per entry line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ruleloom.connectors.contract import Page, Row
from ruleloom.connectors.errors import Fatal
from ruleloom.connectors.kingdee_cloud.forms import MODIFIED, BillForm
from ruleloom.connectors.kingdee_cloud.window import Window

Query = Callable[[Mapping[str, Any]], list[list[Any]]]
"""Sends the body of one ExecuteBillQuery and gives its rows."""


class Reading:
    """Reads one form over one window: which fields, in which order, and how lines are put together again."""

    def __init__(self, form: BillForm, fields: Sequence[str], query: Query, limit: int) -> None:
        self._form, self._query, self._limit = form, query, limit
        lines = {f.key for f in form.fields if f.within}
        wanted = [key for key in dict.fromkeys(fields) if key != form.key]
        entry_ids = [entry for _, entry in form.entries if any(key in lines for key in wanted)]
        self._heads = [form.key, *(k for k in wanted if k not in lines and k != MODIFIED), MODIFIED]
        self._lines = [*entry_ids, *(k for k in wanted if k in lines and k not in entry_ids)]

    def pages(self, window: Window, edges: tuple[str | None, str]) -> Iterator[Page]:
        """Pages with the state after each; the last one closes the window."""
        after = window.after
        while True:
            found = self._query(self._body(_condition(self._form.key, after, edges), 0))
            full = len(found) >= self._limit
            rows = self._rows(found, full=full)
            if full and not rows:
                rows = [self._long_bill(_id(found[0]))]
            if not full:
                yield Page(rows, window.done())
                return
            after = _id_of(rows[-1], self._form.key)
            yield Page(rows, window.at(after))

    def _body(self, condition: str, start: int) -> Mapping[str, Any]:
        order = [self._form.key, *self._lines[:1]]
        return {
            "FormId": self._form.form_id,
            "FieldKeys": ",".join([*self._heads, *self._lines]),
            "FilterString": condition,
            "OrderString": ", ".join(f"{key} ASC" for key in order),
            "TopRowCount": 0,
            "StartRow": start,
            "Limit": self._limit,
        }

    def _rows(self, found: list[list[Any]], *, full: bool) -> list[Row]:
        """Whole bills only: a full page may have cut its last one, which the next page then brings again."""
        bills = [(key, list(lines)) for key, lines in groupby(found, key=_id)]
        if full and self._lines:
            bills.pop()
        return [self._row(lines) for _, lines in bills]

    def _row(self, lines: list[list[Any]]) -> Row:
        width = len(self._heads)
        row: dict[str, Any] = dict(zip(self._heads, lines[0], strict=False))
        if self._lines:
            entries = [dict(zip(self._lines, line[width:], strict=False)) for line in lines]
            row[self._form.lists[0]] = [entry for entry in entries if entry[self._lines[0]]]
        return row

    def _long_bill(self, key: int) -> Row:
        """A bill with more lines than a page holds: paged by row number, safe within one bill's fixed order."""
        lines: list[list[Any]] = []
        while True:
            found = self._query(self._body(f"{self._form.key} = {key}", len(lines)))
            lines += found
            if len(found) < self._limit:
                return self._row(lines)


def _condition(key: str, after: int, edges: tuple[str | None, str]) -> str:
    start, end = edges
    parts = [f"{key} > {after}", f"{MODIFIED} < '{end}'"]
    if start:
        parts.append(f"{MODIFIED} >= '{start}'")
    return " AND ".join(parts)


def _id(line: Sequence[Any]) -> int:
    try:
        return int(line[0])
    except (TypeError, ValueError, IndexError) as error:
        raise Fatal(repr(line)[:200], code="remote-row-without-id") from error


def _id_of(row: Row, key: str) -> int:
    return int(row[key])
