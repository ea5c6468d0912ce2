"""Records: what is written is what is read, on both databases; versions, deletion, restoring, the log."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from ruleloom.dsl.types import Value
from ruleloom.storage.conflicts import DeleteRefused, NotUnique, RecordsGone, StaleVersion
from ruleloom.storage.logs import change_log
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records.deletion import delete, restore
from ruleloom.storage.records.records import NewRecord, Records, RecordUpdate

T0 = 1_767_254_400_000_000
CUSTOMER: dict[str, Value] = {
    "name": "张三 Trading",
    "code": "C1",
    "region": "West",
    "tags": ("a", "c"),
    "photos": ("7", "5"),
    "owner": 1,
    "credit": Decimal("999999999999.99"),
    "vip": False,
    "since": -3,
}


def stamp(at: int = T0) -> Stamp:
    return Stamp(at, 1, {"kind": "user"})


@pytest.fixture
def shop(records: Records) -> Records:
    records.insert("user", [NewRecord(1, {"name": "Ann"}), NewRecord(2, {"name": "Bo"})], stamp())
    records.insert("customer", [NewRecord(10, CUSTOMER), NewRecord(11, {"name": "Li"})], stamp())
    orders = [
        NewRecord(20, {"customer": 10, "amount": Decimal("1.10")}),
        NewRecord(21, {"customer": 10, "approver": 2}),
    ]
    records.insert("order", orders, stamp())
    records.insert("line", [NewRecord(30, {"order": 20, "qty": Decimal(3)})], stamp())
    return records


def test_what_is_written_is_read(shop: Records) -> None:
    found = shop.read("customer", [10, 11, 99])
    assert set(found) == {10, 11}
    assert {key: found[10][key] for key in CUSTOMER} == CUSTOMER
    assert found[10]["version"] == 1
    assert found[10]["created_at"] == T0
    assert found[11]["tags"] is None
    assert isinstance(found[10]["credit"], Decimal)
    assert found[10]["vip"] is False


def test_an_update_changes_only_what_differs_and_logs_it(shop: Records, connection: Connection) -> None:
    new: dict[str, Value] = {"name": "李四", "tags": ("b",), "credit": Decimal("0.05"), "region": "West"}
    (change,) = shop.update("customer", [RecordUpdate(10, new, 1)], stamp(T0 + 5))
    assert change.before is not None
    assert change.after == shop.read("customer", [10])[10]
    assert (change.after["version"], change.after["updated_at"], change.after["name"]) == (2, T0 + 5, "李四")
    entity = shop.catalogue.model.entity("customer")
    newest, created = change_log.history(connection, entity, 10)
    assert newest.before == {"name": "张三 Trading", "tags": ("a", "c"), "credit": CUSTOMER["credit"]}
    assert newest.after == {"name": "李四", "tags": ("b",), "credit": Decimal("0.05")}
    assert created.after == {key: value for key, value in CUSTOMER.items() if value is not None}
    assert (newest.actor, newest.cause, newest.operation) == (1, {"kind": "user"}, "update")


def test_a_write_that_changes_nothing_is_no_change(shop: Records, connection: Connection) -> None:
    before = connection.scalar(text("select count(*) from changes"))
    assert shop.update("customer", [RecordUpdate(10, {"name": CUSTOMER["name"]}, 1)], stamp()) == []
    assert connection.scalar(text("select count(*) from changes")) == before
    assert shop.read("customer", [10])[10]["version"] == 1


def test_many_records_are_updated_together(shop: Records) -> None:
    updates = [RecordUpdate(10, {"vip": True}), RecordUpdate(11, {"vip": True}), RecordUpdate(10, {"name": "X"})]
    made = shop.update("customer", updates, stamp())
    assert len(made) == 2
    found = shop.read("customer", [10, 11])
    assert (found[10]["name"], found[10]["version"], found[11]["vip"]) == ("X", 2, True)


def test_a_stale_version_is_refused(shop: Records) -> None:
    shop.update("customer", [RecordUpdate(10, {"name": "one"}, 1)], stamp())
    with pytest.raises(StaleVersion) as caught:
        shop.update("customer", [RecordUpdate(10, {"name": "two"}, 1), RecordUpdate(11, {"name": "x"}, 4)], stamp())
    assert [d.target for d in caught.value.diagnostics] == ["10", "11"]
    assert shop.read("customer", [10])[10]["name"] == "one"


def test_missing_records_are_named(shop: Records) -> None:
    with pytest.raises(RecordsGone) as caught:
        shop.update("customer", [RecordUpdate(77, {"name": "x"}), RecordUpdate(78, {"name": "x"})], stamp())
    assert [d.target for d in caught.value.diagnostics] == ["77", "78"]


def test_unique_values_are_unique_among_live_records(shop: Records, connection: Connection) -> None:
    with pytest.raises(NotUnique) as caught, connection.begin_nested():
        shop.insert("customer", [NewRecord(12, {"code": "C1"})], stamp())
    assert caught.value.diagnostics[0].target == "code"
    with pytest.raises(NotUnique), connection.begin_nested():
        shop.update("customer", [RecordUpdate(11, {"code": "C1"})], stamp())
    delete(shop, "customer", [10], stamp())
    shop.insert("customer", [NewRecord(13, {"code": "C1"})], stamp())
    with pytest.raises(NotUnique), connection.begin_nested():
        restore(shop, "customer", [10], stamp())


def test_references_to_a_deleted_record_read_as_empty_and_come_back(shop: Records, connection: Connection) -> None:
    made = delete(shop, "customer", [10], stamp(T0 + 9))
    assert [(c.entity, c.record, c.after is None) for c in made] == [
        ("customer", 10, True),
        ("order", 20, False),
        ("order", 21, False),
    ]
    assert made[1].before is not None
    assert made[1].after is not None
    assert (made[1].before["customer"], made[1].after["customer"]) == (10, None)
    assert shop.read("customer", [10]) == {}
    now = shop.read("order", [20])[20]
    assert (now["customer"], now["version"]) == (None, 2)
    assert now == made[1].after
    order = shop.catalogue.model.entity("order")
    assert change_log.history(connection, order, 20)[0].after == {"customer": None}
    back = restore(shop, "customer", [10], stamp(T0 + 10))
    assert [(c.entity, c.record, c.before is None) for c in back] == [
        ("customer", 10, True),
        ("order", 20, False),
        ("order", 21, False),
    ]
    again = shop.read("order", [20])[20]
    assert (again["customer"], again["version"]) == (10, 3)
    assert shop.read("customer", [10])[10]["tags"] == ("a", "c")


def test_cascades_go_and_come_back_together(shop: Records) -> None:
    made = delete(shop, "order", [20], stamp(T0 + 1))
    assert {(c.entity, c.record) for c in made} == {("order", 20), ("line", 30)}
    assert shop.read("line", [30]) == {}
    assert {(c.entity, c.record) for c in restore(shop, "order", [20], stamp())} == {("order", 20), ("line", 30)}
    assert shop.read("line", [30])[30]["order"] == 20


def test_a_restricting_reference_refuses_and_changes_nothing(shop: Records) -> None:
    with pytest.raises(DeleteRefused) as caught:
        delete(shop, "user", [2], stamp())
    (found,) = caught.value.diagnostics
    assert (found.target, found.params["count"]) == ("order.approver", 1)
    assert 2 in shop.read("user", [2])
    delete(shop, "order", [21], stamp())
    delete(shop, "user", [2], stamp())
    assert shop.read("user", [2]) == {}


def test_records_are_found_by_natural_key(shop: Records) -> None:
    assert shop.find("customer", "code", ["C1", "C2"]) == {"C1": 10}
    assert shop.find("order", "amount", [Decimal("1.10")]) == {Decimal("1.10"): 20}
    assert shop.live("customer", [10, 11, 12]) == {10, 11}


def test_views_for_sql_users_show_labels_titles_and_instants(shop: Records, connection: Connection) -> None:
    row = connection.execute(
        text('select region, owner, owner_id, credit, since from "v_customer" where id = 10')
    ).one()
    assert (row[0], row[1], row[2], str(row[4])) == ("West", "Ann", 1, "1969-12-29")
    created = connection.execute(text('select created_at, customer from "v_order" where id = 20')).one()
    assert str(created[0]).startswith("2026-01-01")
    assert created[1] == "张三 Trading"


def test_what_was_just_written_is_known_as_it_is_read(shop: Records, connection: Connection) -> None:
    def known() -> bool:
        return shop.latest is not None and shop.read("customer", [12]) == Records(connection, shop.catalogue).read(
            "customer", [12]
        )

    shop.wrote(shop.insert("customer", [NewRecord(12, CUSTOMER | {"code": "C3"})], stamp()))
    assert known()
    assert shop.only_new([12])
    assert not shop.only_new([10, 12])
    shop.wrote(shop.update("customer", [RecordUpdate(12, {"tags": ("b",), "owner": None}, 1)], stamp(T0 + 1)))
    assert known()
    assert shop.new is None
    shop.update("customer", [RecordUpdate(11, {"name": "Wu"})], stamp())
    assert shop.latest is None


def test_what_a_savepoint_takes_back_is_not_known(shop: Records, connection: Connection) -> None:
    kept = connection.begin_nested()
    shop.wrote(shop.insert("customer", [NewRecord(12, {"name": "Wu"})], stamp()))
    kept.commit()
    shop.released(kept)
    assert shop.only_new([12])
    undone = connection.begin_nested()
    shop.wrote(shop.insert("customer", [NewRecord(13, {"name": "Xu"})], stamp()))
    assert shop.only_new([13])
    undone.rollback()
    assert shop.latest is None
    assert shop.read("customer", [12, 13]).keys() == {12}


def test_of_an_update_what_was_read_before_is_enough(shop: Records) -> None:
    before = shop.read("customer", [10], lock=True)
    [change] = shop.update("customer", [RecordUpdate(10, {"name": "Li"}, 1)], stamp(), before)
    assert change.before == before[10]
    assert shop.read("customer", [10])[10] == change.after
    with pytest.raises(StaleVersion):
        shop.update("customer", [RecordUpdate(10, {"name": "Wu"}, 1)], stamp(), {10: change.after or {}})
