"""Kingdee Cloud against its double: the common suite, once per way of proving who calls, and what is special to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ruleloom.connectors import Connector, Op, Resource, Row, registry, settings
from ruleloom.connectors.contract import Done, Rejected
from ruleloom.connectors.errors import Fatal, Retriable, SettingsInvalid, SignInRefused
from ruleloom.connectors.kingdee_cloud.window import Window
from tests.connectors.contexts import FakeContext
from tests.connectors.doubles.kingdee import KingdeeDouble, serve
from tests.connectors.doubles.kingdee_data import Bill, customers, orders
from tests.connectors.suite import connector_suite

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MAKE: dict[str, Callable[[int], Iterator[Bill]]] = {"BD_Customer": customers, "SAL_SaleOrder": lambda n: orders(n, 50)}


class KingdeeBench:
    """The double with the suite's handles."""

    sign_in = "headers"
    page = 7
    secrets = ("appsecret01", "kingdee-password")

    def __init__(self) -> None:
        self.double = KingdeeDouble()
        self.double.fill(2, 2)
        self.opened: list[Connector] = []

    @contextmanager
    def start(self) -> Iterator[KingdeeBench]:
        with serve(self.double):
            yield self
            for connector in self.opened:
                connector.close()

    def settings(self) -> dict[str, Any]:
        return self.double.settings(self.sign_in)

    def follow(self, context: FakeContext) -> None:
        self.double.clock = context.now

    def wrong_secret(self) -> dict[str, Any]:
        return {**self.settings(), "app_secret": "wrong-secret", "password": "wrong-password"}

    def fill(self, resource: Resource, rows: int) -> None:
        self.double.tables = type(self.double.tables)()
        for form, make in _MAKE.items():
            self.double.tables.put(form, make(1))
        self._empty(resource)
        self.double.tables.put(resource.form_id, _MAKE[resource.form_id](rows))  # type: ignore[attr-defined]

    def _empty(self, resource: Resource) -> None:
        form = resource.form_id  # type: ignore[attr-defined]
        self.double.tables._db.execute(f'delete from "{form}"')

    def same_moment(self, resource: Resource, rows: int) -> None:
        self.fill(resource, 0)
        form = resource.form_id  # type: ignore[attr-defined]
        self.double.tables.put(form, ({**bill, "FModifyDate": "2025-03-01T10:00:00.123"} for bill in _MAKE[form](rows)))

    def touch(self, resource: Resource, row: Row, at: datetime) -> None:
        form, key = resource.form_id, resource.key  # type: ignore[attr-defined]
        local = at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
        self.double.tables._db.execute(f'update "{form}" set "FModifyDate" = ? where "{key}" = ?', (local, row[key]))

    def lose_session_once(self) -> None:
        self.double.moods.lose_session_every = 2
        self._skip()

    def lose_session_always(self) -> None:
        self.double.moods.lose_session_every = 1

    def limit_once(self, seconds: int) -> None:
        self.double.moods.limit_every = 2
        self._skip()

    def _skip(self) -> None:
        """The next call of a form is the second one."""
        next(self.double._numbers)

    def limit_always(self) -> None:
        self.double.moods.limit_every = 1

    def calls(self) -> int:
        return len(self.double.calls)


class SessionBench(KingdeeBench):
    sign_in = "password"


class TestWithHeaders(connector_suite("kingdee_cloud", double=KingdeeBench)):  # type: ignore[misc]
    def test_a_lost_session_is_renewed_once(self, bench: Any, context: FakeContext) -> None:
        """With a signature on every call there is no session: a lost context means wrong settings."""
        bench.lose_session_once()
        with pytest.raises(SignInRefused):
            self.connect(bench, context).check()


TestWithSession = connector_suite("kingdee_cloud", double=SessionBench)


@pytest.fixture
def bench() -> Iterator[KingdeeBench]:
    with KingdeeBench().start() as started:
        yield started


def connect(bench: KingdeeBench, context: FakeContext | None = None, **more: Any) -> Any:
    kind = registry.kind("kingdee_cloud")
    connector = kind(settings.load(kind.Settings, {**bench.settings(), **more}), context or FakeContext())
    bench.opened.append(connector)
    return connector


def rows_of(connector: Any, name: str, page: int = 1000) -> list[Row]:
    return [row for found in connector.read(connector.resource(name), None, (), page) for row in found.rows]


@pytest.mark.parametrize("way", ["password", "app_secret", "signed", "headers"])
def test_each_way_to_sign_in(bench: KingdeeBench, way: str) -> None:
    assert connect(bench, sign_in=way).check().account == "api_user@acct01"


def test_a_session_is_shared_and_signs_in_once(bench: KingdeeBench) -> None:
    context = FakeContext()
    connect(bench, context, sign_in="password").check()
    connect(bench, context, sign_in="password").check()
    assert bench.double.calls.count("ValidateUser") == 1


def test_a_lost_session_in_the_middle_of_a_read(bench: KingdeeBench) -> None:
    bench.double.fill(60, 2)
    bench.double.moods.lose_session_every = 4
    assert len(rows_of(connect(bench, sign_in="password"), "customers", page=10)) == 60
    assert bench.double.calls.count("ValidateUser") > 1


def test_locks_and_limits_and_503_are_waited_for(bench: KingdeeBench) -> None:
    bench.double.fill(60, 2)
    moods = bench.double.moods
    moods.limit_every, moods.lock_every, moods.fail_with_503_every = 3, 5, 7
    context = FakeContext()
    assert len(rows_of(connect(bench, context), "customers", page=10)) == 60
    assert context.slept


def test_order_lines_are_grouped_and_complete(bench: KingdeeBench) -> None:
    made = {bill["FID"]: bill for bill in orders(40, 50)}
    bench.double.tables.put("SAL_SaleOrder", made.values())
    found = rows_of(connect(bench), "sale_orders", page=9)
    assert len(found) == 40
    for row in found:
        assert [line["FQty"] for line in row["entries"]] == [line["FQty"] for line in made[row["FID"]]["entries"]]


def test_a_bill_longer_than_a_page(bench: KingdeeBench) -> None:
    [bill] = orders(1, 50)
    long = [{**bill["entries"][0], "FSaleOrderEntry_FEntryID": 1000 + n} for n in range(25)]
    bench.double.tables.put("SAL_SaleOrder", [{**bill, "entries": long}, {**bill, "FID": bill["FID"] + 1}])
    found = rows_of(connect(bench), "sale_orders", page=6)
    assert [len(row["entries"]) for row in found][:1] == [25]
    assert len(found) == 2


def test_times_come_out_with_their_zone(bench: KingdeeBench) -> None:
    row = rows_of(connect(bench), "customers")[0]
    assert row["FModifyDate"] == "2025-01-06T00:00:00+00:00"
    other = rows_of(connect(bench, zone="Europe/Berlin"), "customers")[0]
    assert other["FModifyDate"] == "2025-01-06T07:00:00+00:00"


def test_codes_stay_text(bench: KingdeeBench) -> None:
    assert rows_of(connect(bench), "customers")[0]["FNumber"] == "00001"


def test_more_rows_than_the_server_allows_is_a_plain_error(bench: KingdeeBench) -> None:
    bench.double.moods.most_rows = 5
    with pytest.raises(Fatal) as error:
        rows_of(connect(bench), "customers", page=10)
    assert "5" in error.value.remote_message


@pytest.mark.parametrize("way", ["password", "app_secret"])
def test_the_settings_that_a_way_needs(bench: KingdeeBench, way: str) -> None:
    kind = registry.kind("kingdee_cloud")
    with pytest.raises(SettingsInvalid) as error:
        settings.load(kind.Settings, {**bench.settings(), "sign_in": way, "password": "", "app_secret": ""})
    assert {d.code for d in error.value.diagnostics} == {"setting-required"}


def test_an_hour_that_the_clock_shows_twice_loses_nothing() -> None:
    """Berlin, 26 October 2025: 02:30 comes at 00:30Z and again at 01:30Z."""
    berlin = ZoneInfo("Europe/Berlin")
    first = Window.following(None, datetime(2025, 10, 26, 0, 45, 30, tzinfo=UTC), timedelta(minutes=5))
    second = Window.following(first.done(), datetime(2025, 10, 26, 1, 35, 30, tzinfo=UTC), timedelta(minutes=5))
    start, end = second.local(berlin)
    assert start is not None
    assert start <= "2025-10-26 02:30:00.000" < end


def test_edges_are_cut_never_rounded_up() -> None:
    window = Window(None, datetime(2025, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC), 0)
    assert window.local(SHANGHAI)[1] == "2025-01-01 08:00:00.999"


def test_save_creates_once_and_updates(bench: KingdeeBench) -> None:
    connector = connect(bench)
    customers_of = connector.resource("customers")
    op = Op("create", None, {"FNumber": "N-1", "FName": "新客户"}, "k1")
    [made] = connector.write(customers_of, [op])
    [again] = connector.write(customers_of, [op])
    assert isinstance(made, Done)
    assert isinstance(again, Done)
    assert made.remote_id == again.remote_id
    assert sum(row["FNumber"] == "N-1" for row in rows_of(connector, "customers") if row["FNumber"]) <= 1


def test_a_refused_row_is_reported_and_the_others_go_on(bench: KingdeeBench) -> None:
    ops = [Op("create", None, {"FNumber": f"R{n}", "FName": "" if n == 3 else f"客户{n}"}, f"k{n}") for n in range(10)]
    connector = connect(bench)
    outcomes = list(connector.write(connector.resource("customers"), ops))
    assert [type(outcome) for outcome in outcomes].count(Rejected) == 1
    assert isinstance(outcomes[3], Rejected)
    assert "客户名称" in outcomes[3].message


def test_a_lost_answer_is_looked_up_not_sent_again(bench: KingdeeBench) -> None:
    bench.double.moods.drop_answer_of = "Save"
    connector = connect(bench)
    [outcome] = connector.write(
        connector.resource("customers"), [Op("create", None, {"FNumber": "L1", "FName": "丢失"}, "k")]
    )
    assert isinstance(outcome, Done)
    assert bench.double.calls.count("Save") == 1


def test_a_text_answer_that_is_an_error(bench: KingdeeBench) -> None:
    with pytest.raises(Fatal) as error:
        connect(bench)._http.post("Nothing.common.kdsvc", {}, repeat=False)
    assert error.value.remote_message


def test_an_unreachable_server(bench: KingdeeBench) -> None:
    with pytest.raises(Retriable) as error:
        connect(bench, base_url="http://127.0.0.1:9/k3cloud").check()
    assert error.value.diagnostics[0].code == "remote-unreachable"
