"""Pages and outlines: against the same thing done in plain Python, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import NUMBER, Kind, Value, ValueType
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records.deletion import delete
from ruleloom.storage.records.outline import Outline, TotalOf, find_outline
from ruleloom.storage.records.queries import QueryError, RecordQuery, SortBy, find_page
from ruleloom.storage.records.records import NewRecord, Records
from ruleloom.storage.records.search import sort_key
from ruleloom.storage.records.shown import in_order, path_values, reference_titles, titles
from ruleloom.storage.schema.catalogue import Catalogue

MOMENT = Moment(0, Calendar())
NAMES = ["张三", "李四", "王五", "alpha", "Beta", "beta", "赵六 Trading", "100%", "a_b", None]
REGIONS = ["West", "East", None]


@pytest.fixture
def shop(records: Records) -> dict[int, dict[str, Value]]:
    chance = random.Random(7)  # noqa: S311
    stamp = Stamp(1)
    records.insert("user", [NewRecord(1, {"name": "Zoe"}), NewRecord(2, {"name": "安娜"}), NewRecord(3, {})], stamp)
    rows: dict[int, dict[str, Value]] = {}
    for record in range(100, 400):
        credit = None if chance.random() < 0.2 else Decimal(chance.randrange(-500, 500)) / 100
        rows[record] = {
            "name": chance.choice(NAMES),
            "region": chance.choice(REGIONS),
            "owner": chance.choice([1, 2, 3, None]),
            "credit": credit,
            "since": chance.choice([None, 1, 2, 3]),
            "vip": chance.choice([None, True, False]),
        }
    records.insert("customer", [NewRecord(record, values) for record, values in rows.items()], stamp)
    delete(records, "customer", [101, 102, 250], stamp)
    for record in (101, 102, 250):
        del rows[record]
    return rows


OWNER_TITLE = {1: sort_key("Zoe"), 2: sort_key("安娜")}


def key_of(values: dict[str, Value], field: str) -> Any:
    value = values[field]
    if value is None:
        return None
    if field == "name":
        return sort_key(str(value))
    if field == "region":
        return ["East", "West"].index(str(value))
    if field == "owner":
        return OWNER_TITLE.get(int(str(value)))
    return value


def expected(rows: dict[int, dict[str, Value]], sorts: Iterable[tuple[str, bool]]) -> list[int]:
    """Ids in order: sorted by the last level first, empties last in either direction."""
    sorts = list(sorts)
    ids = sorted(rows, reverse=bool(sorts) and sorts[0][1])
    for field, descending in reversed(sorts):
        full = [i for i in ids if key_of(rows[i], field) is not None]
        empty = [i for i in ids if key_of(rows[i], field) is None]
        ids = sorted(full, key=lambda i: key_of(rows[i], field), reverse=descending) + empty
    return ids


def all_pages(connection: Connection, catalogue: Catalogue, query: RecordQuery, limit: int) -> list[int]:
    found: list[int] = []
    cursor = None
    for _ in range(1000):
        page = find_page(connection, catalogue, query, MOMENT, after_cursor=cursor, limit=limit)
        found += page.ids
        cursor = page.next
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


SORTS: list[list[tuple[str, bool]]] = [
    [],
    [("name", False)],
    [("name", True), ("credit", False)],
    [("credit", True)],
    [("region", False), ("since", True), ("name", False)],
    [("owner", False), ("vip", True)],
    [("owner", True), ("region", True)],
]


@pytest.mark.parametrize("sorts", SORTS)
def test_pages_join_to_the_whole_order(
    shop: dict[int, dict[str, Value]], connection: Connection, catalogue: Catalogue, sorts: list[tuple[str, bool]]
) -> None:
    query = RecordQuery("customer", sort=tuple(SortBy(*sort) for sort in sorts))
    for limit in (7, 500):
        assert all_pages(connection, catalogue, query, limit) == expected(shop, sorts)


def test_every_anchor_is_the_after_of_its_page(
    shop: dict[int, dict[str, Value]], connection: Connection, catalogue: Catalogue
) -> None:
    sorts = [("credit", True), ("name", False)]
    query = RecordQuery("customer", sort=tuple(SortBy(*sort) for sort in sorts))
    outline = find_outline(connection, catalogue, query, MOMENT, group=["region"], page_size=10)
    assert outline.count == len(shop)
    seen: list[int] = []
    for group in outline.groups:
        rows = {i: v for i, v in shop.items() if v["region"] == group.values[0]}
        order = expected(rows, sorts)
        assert group.count == len(order)
        assert len(group.anchors) == -(-len(order) // 10)
        asked = RecordQuery("customer", sort=query.sort, group=(("region", group.values[0]),))
        for number, anchor in enumerate(group.anchors):
            page = find_page(connection, catalogue, asked, MOMENT, after_cursor=anchor, limit=10)
            assert list(page.ids) == order[number * 10 : number * 10 + 10]
            seen += page.ids
    assert sorted(seen) == sorted(shop)
    assert [group.values[0] for group in outline.groups] == ["East", "West", None]


def test_an_outline_without_groups_has_one(
    shop: dict[int, dict[str, Value]], connection: Connection, catalogue: Catalogue
) -> None:
    outline = find_outline(connection, catalogue, RecordQuery("customer"), MOMENT, page_size=99)
    (group,) = outline.groups
    assert (group.values, group.count, len(group.anchors)) == ((), 297, 3)


def total(outline: Outline, group: Value) -> tuple[Value, ...]:
    return next(g.totals for g in outline.groups if g.values == (group,))


def test_totals_are_exact(shop: dict[int, dict[str, Value]], connection: Connection, catalogue: Catalogue) -> None:
    functions = ("sum", "avg", "min", "max", "count")
    totals = [TotalOf(function, "credit") for function in functions] + [TotalOf("count"), TotalOf("max", "since")]  # type: ignore[arg-type]
    outline = find_outline(connection, catalogue, RecordQuery("customer"), MOMENT, group=["owner"], totals=totals)
    for owner in (1, 2, 3, None):
        credits = [v["credit"] for v in shop.values() if v["owner"] == owner and isinstance(v["credit"], Decimal)]
        number = sum(1 for v in shop.values() if v["owner"] == owner)
        average = (sum(credits, Decimal()) / len(credits)).quantize(Decimal("0.000001"))
        assert total(outline, owner) == (sum(credits), average, min(credits), max(credits), len(credits), number, 3)
    assert outline.totals[0] == sum(v["credit"] for v in shop.values() if isinstance(v["credit"], Decimal))


def test_a_sum_beyond_64_bits_is_exact(records: Records, connection: Connection, catalogue: Catalogue) -> None:
    most = Decimal("999999999999.99")
    few = [NewRecord(i, {"amount": most if i % 2 else -most}) for i in range(1, 4)]
    records.insert("order", few, Stamp(1))
    outline = find_outline(connection, catalogue, RecordQuery("order"), MOMENT, totals=[TotalOf("sum", "amount")])
    assert outline.totals == (most,)


def test_nothing_has_totals_too(connection: Connection, catalogue: Catalogue) -> None:
    totals = [TotalOf("sum", "credit"), TotalOf("avg", "credit"), TotalOf("count")]
    outline = find_outline(connection, catalogue, RecordQuery("customer"), MOMENT, totals=totals)
    assert (outline.count, outline.totals, outline.groups) == (0, (0, None, 0), ())


def test_conditions_search_and_groups_narrow_together(
    shop: dict[int, dict[str, Value]], connection: Connection, catalogue: Catalogue
) -> None:
    credit = n.Path("this", ("customer.credit",), ValueType(Kind.NUMBER, decimals=2))
    positive = n.Compare(">", credit, n.Constant(Decimal(0), NUMBER))
    query = RecordQuery("customer", (positive,), search="张三", group=(("vip", True),))
    wanted = [
        i
        for i, v in shop.items()
        if v["name"] == "张三" and v["vip"] is True and isinstance(v["credit"], Decimal) and v["credit"] > 0
    ]
    assert wanted
    assert all_pages(connection, catalogue, query, 100) == sorted(wanted)


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("李四", {"李四"}),
        ("四", {"李四"}),
        ("李 四", {"李四"}),
        ("李五", set()),
        ("bet", {"Beta", "beta"}),
        ("BETA", {"Beta", "beta"}),
        ("eta", set()),
        ("赵六 trad", {"赵六 Trading"}),
        ("100%", {"100%"}),
        ("%", set(NAMES)),
    ],
)
def test_search_finds_words_by_their_beginning_and_chinese_by_neighbours(
    shop: dict[int, dict[str, Value]], connection: Connection, catalogue: Catalogue, search: str, names: set[str | None]
) -> None:
    found = all_pages(connection, catalogue, RecordQuery("customer", search=search), 500)
    assert found == sorted(i for i, v in shop.items() if v["name"] in names)


def test_references_to_deleted_records_are_the_empty_group(
    shop: dict[int, dict[str, Value]], records: Records, connection: Connection, catalogue: Catalogue
) -> None:
    delete(records, "user", [1], Stamp(2))
    outline = find_outline(connection, catalogue, RecordQuery("customer"), MOMENT, group=["owner"])
    owners = {group.values[0]: group.count for group in outline.groups}
    gone = sum(1 for v in shop.values() if v["owner"] in (1, None))
    assert owners[None] == gone
    assert 1 not in owners
    found = all_pages(connection, catalogue, RecordQuery("customer", group=(("owner", None),)), 500)
    assert len(found) == gone


def test_titles_and_paths_are_read_in_batch(
    shop: dict[int, dict[str, Value]], records: Records, connection: Connection, catalogue: Catalogue
) -> None:
    ids = [record for record, values in shop.items() if values["owner"] == 2][:5]
    assert titles(connection, catalogue, "user", [1, 2, 3]) == {1: "Zoe", 2: "安娜"}
    snapshots = in_order(records, "customer", list(reversed(ids)))
    assert [snapshot["id"] for snapshot in snapshots] == list(reversed(ids))
    assert reference_titles(connection, catalogue, "customer", snapshots) == {("user", 2): "安娜"}
    found = path_values(connection, catalogue, "customer", ids, ["owner.name", "owner.manager.name", "name"], MOMENT)
    assert found[ids[0]] == {"owner.name": "安娜", "owner.manager.name": None, "name": shop[ids[0]]["name"]}


@pytest.mark.parametrize(
    "cursor", ["", "x", "AAAA", "WzFd", "e30", "WyJ4Iiwge31d", "9" * 5000, "WyJ4IiwieCIsMV0", "WyIxIiwieCIsMWUyMDBd"]
)
def test_a_foreign_cursor_is_an_error(connection: Connection, catalogue: Catalogue, cursor: str) -> None:
    query = RecordQuery("customer", sort=(SortBy("credit"), SortBy("name")))
    with pytest.raises(QueryError, match="cursor-unreadable"):
        find_page(connection, catalogue, query, MOMENT, after_cursor=cursor)


@pytest.mark.parametrize(
    ("path", "code"),
    [("colour", "unknown-field"), ("name.x", "path-not-reference"), ("tags", "field-not-sortable")],
)
def test_what_cannot_be_sorted_by_is_said(connection: Connection, catalogue: Catalogue, path: str, code: str) -> None:
    with pytest.raises(QueryError, match=code):
        find_page(connection, catalogue, RecordQuery("customer", sort=(SortBy(path),)), MOMENT)
