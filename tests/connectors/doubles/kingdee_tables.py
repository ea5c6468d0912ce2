"""The forms of the double as SQLite tables, so that a T-SQL-like FilterString is really evaluated, not guessed at."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import Any

from tests.connectors.doubles.kingdee_data import ENTRY_KEY, Bill

KEYS = {"BD_Customer": "FCUSTID", "SAL_SaleOrder": "FID"}
_WORD = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][\w.]*")
_SQL_WORDS = {"and", "or", "not", "in", "is", "null", "like", "between", "asc", "desc"}
_MOMENT = re.compile(r"'(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,3})?'")
_COMPARE = {
    "67": "=",
    "83": "<>",
    "21": ">",
    "22": ">=",
    "31": "<",
    "32": "<=",
    "=": "=",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
}


class BadQuery(Exception):
    """What a server answers to a query it does not understand."""


class Tables:
    """Bills by form; a bill's lines are rows of their own, joined when a query asks for a line's field."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._lock = RLock()
        self._columns: dict[str, list[str]] = {}
        self._entries: dict[str, list[str]] = {}

    def put(self, form: str, bills: Iterable[Bill]) -> None:
        """Adds bills, or replaces those with the same id."""
        with self._lock:
            for bill in bills:
                self._put(form, bill)
            self._db.commit()

    def _put(self, form: str, bill: Bill) -> None:
        head = {key: _stored(value) for key, value in bill.items() if key != "entries"}
        key = KEYS[form]
        self._ensure(form, head, bill.get("entries") or ())
        self._db.execute(f'delete from "{form}" where "{key}" = ?', (head[key],))
        self._insert(form, head)
        if form in self._entries:
            self._db.execute(f'delete from "{form}.entries" where "_bill" = ?', (head[key],))
            for line in bill.get("entries") or ():
                self._insert(f"{form}.entries", {"_bill": head[key], **line})

    def _ensure(self, form: str, head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> None:
        if form not in self._columns:
            self._columns[form] = list(head)
            self._db.execute(f'create table "{form}" ({", ".join(map(_quoted, head))}, primary key ("{KEYS[form]}"))')
        if lines and form not in self._entries:
            self._entries[form] = list(lines[0])
            self._db.execute(f'create table "{form}.entries" (_bill, {", ".join(map(_quoted, lines[0]))})')
            self._db.execute(f'create index "{form}.by_bill" on "{form}.entries" (_bill)')

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        self._db.execute(
            f'insert into "{table}" ({", ".join(map(_quoted, row))}) values ({", ".join("?" * len(row))})',
            list(row.values()),
        )

    def query(
        self, form: str, keys: Sequence[str], condition: str, order: str, start: int, limit: int
    ) -> list[list[Any]]:
        """Rows in the order of the keys; BadQuery for an unknown field or a filter that is no condition."""
        with self._lock:
            names = {name.casefold(): name for name in (*self._columns.get(form, ()), *self._entries.get(form, ()))}
            columns = [_known(key, names) for key in keys]
            used = set(columns) | {names.get(w.casefold(), "") for w in _WORD.findall(f"{condition} {order}")}
            source = f'"{form}"'
            if used & set(self._entries.get(form, ())):
                source += f' left join "{form}.entries" on "{form}.entries"._bill = "{KEYS[form]}"'
            sql = f"select {', '.join(map(_quoted, columns))} from {source}"
            if condition:
                sql += f" where {_sql(condition, names)}"
            sql += f" order by {_sql(order, names) or _quoted(KEYS[form])} limit {limit} offset {start}"
            try:
                return [[_shown(value) for value in row] for row in self._db.execute(sql)]
            except sqlite3.Error as error:
                raise BadQuery(f"{error}: {condition}") from error

    def highest(self, form: str) -> int:
        """The greatest internal id so far."""
        with self._lock:
            return int(self._db.execute(f'select coalesce(max("{KEYS[form]}"), 0) from "{form}"').fetchone()[0])

    def fields(self, form: str) -> tuple[list[str], list[str]]:
        """Fields of the head and of the lines."""
        return list(self._columns.get(form, ())), list(self._entries.get(form, ()))


def condition_of(given: str | list[Mapping[str, Any]]) -> str:
    """FilterString in either of its two forms as text."""
    if isinstance(given, str):
        return given
    text = ""
    for place, part in enumerate(given):
        value = str(part["Value"]).replace("'", "''")
        logic = ("and" if str(part.get("Logic", "0")) == "0" else "or") if place < len(given) - 1 else ""
        compared = f"{part['FieldName']} {_COMPARE[str(part['Compare'])]} '{value}'"
        text += f" {part.get('Left', '')}{compared}{part.get('Right', '')} {logic}"
    return text.strip()


def _sql(text: str, names: Mapping[str, str]) -> str:
    text = _MOMENT.sub(lambda found: f"'{found[1]} {found[2]}{(found[3] or '.').ljust(4, '0')}'", text)
    return _WORD.sub(lambda found: _word(found[0], names), text)


def _word(word: str, names: Mapping[str, str]) -> str:
    if word.startswith("'") or word.casefold() in _SQL_WORDS:
        return word
    return _quoted(_known(word, names))


def _known(key: str, names: Mapping[str, str]) -> str:
    if key.casefold() not in names:
        raise BadQuery(f"字段 {key} 不存在")
    return names[key.casefold()]


def _quoted(name: str) -> str:
    return f'"{name}"'


def _stored(value: Any) -> Any:
    """Moments are kept the way SQL Server compares them: a space, milliseconds."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", value):
        return value.replace("T", " ")[:23].ljust(20, ".").ljust(23, "0")
    return value


def _shown(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", value):
        return value.replace(" ", "T").removesuffix(".000")
    return value


__all__ = ["ENTRY_KEY", "KEYS", "BadQuery", "Tables", "condition_of"]
