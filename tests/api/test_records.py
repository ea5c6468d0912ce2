"""Records through HTTP: create, read, change, delete, restore, pages; and every bad input changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client

KEY = "2f1e6c9e-7c62-4b0e-9b5c-3f1d8f7a9c11"


def codes(answer: Any) -> list[tuple[str | None, str]]:
    return [(error.get("field"), error["code"]) for error in answer.get_json()["errors"]]


def test_values_come_back_as_they_went_in(model: Client) -> None:
    me = model.me["user"]["id"]
    values = {
        "name": "云帆贸易", "region": "East", "owner": me, "credit": "1200.50", "since": "2026-01-31",
        "active": True, "tags": ["vip", "new"], "notes": None,
    }  # fmt: skip
    made = model.create("customer", **values)
    record = made["record"]
    assert {key: record["values"][key] for key in values} == values
    assert record["titles"]["owner"] == "Max"
    assert record["version"] == 1
    assert made["firings"] == []
    read = model.get(f"/records/customer/{record['id']}")
    assert read.get_json() == record
    assert read.headers["ETag"] == '"1"'


def test_changes_need_the_present_version(model: Client) -> None:
    record = model.create("customer", name="A")["record"]
    path = f"/records/customer/{record['id']}"
    missing = model.patch(path, {"values": {"name": "B"}})
    assert (missing.status_code, missing.get_json()["code"]) == (428, "if-match-missing")
    done = model.patch(path, {"values": {"name": "B"}}, 1)
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    stale = model.patch(path, {"values": {"name": "C"}}, 1)
    assert (stale.status_code, stale.get_json()["code"]) == (412, "stale-version")
    assert model.get(path).get_json()["values"]["name"] == "B"
    broken = model.ask("PATCH", path, json={"values": {}}, headers={"If-Match": "soon"})
    assert broken.status_code == 400


def test_every_wrong_field_is_named_at_once_and_nothing_is_written(model: Client) -> None:
    wrong = {
        "name": 7, "region": "Mars", "credit": "12.345", "since": "31.1.", "active": "perhaps", "tags": "vip",
        "owner": "1", "nme": "typo", "version": 9,
    }  # fmt: skip
    refused = model.post("/records/customer", {"values": wrong}, headers={"Accept-Language": "zh"})
    assert refused.status_code == 422
    assert {field for field, _ in codes(refused)} >= set(wrong) - {"owner", "name", "tags"}
    assert model.count("customer") == 0


def test_required_references_and_unique_values(model: Client) -> None:
    assert codes(model.post("/records/customer", {"values": {}})) == [("name", "value-missing")]
    nobody = model.post("/records/customer", {"values": {"name": "A", "owner": "123456"}})
    assert codes(nobody) == [("owner", "value-no-record")]
    model.create("customer", name="A", code="C-1")
    taken = model.post("/records/customer", {"values": {"name": "B", "code": "C-1"}})
    assert (taken.status_code, codes(taken)) == (409, [("code", "value-taken")])
    assert model.count("customer") == 1


def test_a_repeated_create_gives_one_record(model: Client) -> None:
    body = {"values": {"name": "Once"}}
    first = model.post("/records/customer", body, headers={"Idempotency-Key": KEY})
    again = model.post("/records/customer", body, headers={"Idempotency-Key": KEY})
    assert first.status_code == again.status_code == 201
    assert first.get_json() == again.get_json()
    other = model.post("/records/customer", {"values": {"name": "Other"}}, headers={"Idempotency-Key": KEY})
    assert (other.status_code, other.get_json()["code"]) == (409, "key-used-otherwise")
    broken = model.post("/records/customer", body, headers={"Idempotency-Key": "soon"})
    assert broken.status_code == 400
    assert model.count("customer") == 1


def test_deleted_records_are_gone_until_they_are_restored(model: Client) -> None:
    customer = model.create("customer", name="A")["record"]
    order = model.create("order", customer=customer["id"], amount="10")["record"]
    path = f"/records/customer/{customer['id']}"
    deleted = model.ask("DELETE", path, headers={"If-Match": '"1"'})
    assert deleted.status_code == 200
    assert model.get(path).status_code == 404
    assert model.get(f"/records/order/{order['id']}").get_json()["values"]["customer"] is None
    assert model.post(f"{path}/restore").status_code == 200
    assert model.get(f"/records/order/{order['id']}").get_json()["values"]["customer"] == customer["id"]
    assert model.post(f"{path}/restore").status_code == 404


def test_history_tells_who_changed_what(model: Client) -> None:
    record = model.create("customer", name="A", credit="5")["record"]
    model.patch(f"/records/customer/{record['id']}", {"values": {"credit": "7.25"}}, 1)
    newest, first = model.get(f"/records/customer/{record['id']}/history").get_json()["items"]
    assert (newest["before"], newest["after"]) == ({"credit": "5.00"}, {"credit": "7.25"})
    assert newest["fields"] == ["credit"]
    assert newest["actor"]["title"] == "Max"
    assert first["after"]["name"] == "A"


def test_history_tells_references_by_what_they_are_called(model: Client) -> None:
    first, second = (model.create("customer", name=name)["record"]["id"] for name in ("A", "B"))
    order = model.create("order", customer=first)["record"]
    path = f"/records/order/{order['id']}"
    model.patch(path, {"values": {"customer": second}}, 1)
    newest, oldest = model.get(f"{path}/history").get_json()["items"]
    assert (newest["before_titles"], newest["after_titles"]) == ({"customer": "A"}, {"customer": "B"})
    assert oldest["before_titles"] == {}
    assert oldest["after_titles"]["customer"] == "A"
    assert model.ask("DELETE", f"/records/customer/{first}", headers={"If-Match": '"1"'}).status_code == 200
    newest = model.get(f"{path}/history").get_json()["items"][0]
    assert (newest["before_titles"], newest["before"]) == ({"customer": None}, {"customer": first})


def test_pages_by_key_with_filter_sort_group_and_search(model: Client) -> None:
    for number in range(7):
        model.create("customer", name=f"Customer {number}", region="East" if number % 2 else "West", credit=str(number))
    query: dict[str, Any] = {
        "filter": {"text": "credit > 0", "language": "en"},
        "sort": [{"field": "credit", "descending": True}],
        "fields": ["name", "credit", "owner.name"],
        "limit": 4,
    }
    page = model.post("/records/customer/query", query).get_json()
    assert [item["values"]["credit"] for item in page["items"]] == ["6.00", "5.00", "4.00", "3.00"]
    assert set(page["items"][0]["values"]) == {"name", "credit", "owner.name"}
    rest = model.post("/records/customer/query", {**query, "after": page["next"]}).get_json()
    assert [item["values"]["credit"] for item in rest["items"]] == ["2.00", "1.00"]
    assert rest["next"] is None
    group = model.post("/records/customer/query", {"group": [{"field": "region", "value": "East"}]}).get_json()
    assert len(group["items"]) == 3
    assert len(model.post("/records/customer/query", {"search": "customer 3"}).get_json()["items"]) == 1


def test_an_outline_counts_groups_and_totals(model: Client) -> None:
    for number in range(5):
        model.create("customer", name=f"C{number}", region="East" if number % 2 else "West", credit=str(number))
    asked = {"group": ["region"], "totals": [{"field": "credit", "function": "sum"}], "page_size": 2}
    outline = model.post("/records/customer/outline", asked).get_json()
    assert (outline["count"], outline["totals"]) == (5, ["10.00"])
    groups = {group["labels"][0]: group for group in outline["groups"]}
    assert groups["West"]["count"] == 3
    assert len(groups["West"]["anchors"]) == 2
    quick = model.post("/records/customer/outline", {**asked, "anchors": False}).get_json()
    assert [group["anchors"] for group in quick["groups"]] == [[None], [None]]
    assert {**quick, "groups": [{**group, "anchors": []} for group in quick["groups"]]} == {
        **outline,
        "groups": [{**group, "anchors": []} for group in outline["groups"]],
    }
    after = groups["West"]["anchors"][1]
    page = model.post(
        "/records/customer/query", {"group": [{"field": "region", "value": "West"}], "after": after, "limit": 2}
    ).get_json()
    assert [item["values"]["name"] for item in page["items"]] == ["C4"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"filter": {"text": "credt > 0", "language": "en"}}, 422),
        ({"sort": [{"field": "nothing"}]}, 422),
        ({"fields": ["owner.nothing"]}, 422),
        ({"after": "no cursor"}, 422),
        ({"limit": 501}, 422),
        ({"fliter": None}, 422),
        ({"group": [{"field": "region"}]}, 422),
    ],
)
def test_questions_that_cannot_be_asked(model: Client, body: dict[str, Any], status: int) -> None:
    model.create("customer", name="A")
    answer = model.post("/records/customer/query", body)
    assert answer.status_code == status
    assert answer.get_json()["errors"]


def test_broken_oversized_and_foreign_bodies(model: Client) -> None:
    broken = model.ask("POST", "/records/customer", data="{not json", content_type="application/json")
    assert (broken.status_code, broken.get_json()["code"]) == (400, "broken-json")
    huge = model.post("/records/customer", {"values": {"name": "x" * 10_000_000}})
    assert (huge.status_code, huge.get_json()["code"]) == (413, "body-too-large")
    long = model.post("/records/customer", {"values": {"name": "x" * 1_000_000}})
    assert long.status_code == 422
    shape = model.post("/records/customer", [1, 2])
    assert shape.status_code == 422
    assert model.post("/records/nothing", {"values": {}}).status_code == 404
    assert model.get("/records/customer/notanumber").status_code == 404
    assert model.get(f"/records/customer/{10**25}").status_code == 404
    assert model.count("customer") == 0


def test_without_the_right_nothing_is_drawn(member: Client) -> None:
    refused = member.post("/entities", {"name": "thing", "fields": []})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not-allowed")


def test_files_are_read_through_their_record(model: Client, member: Client) -> None:
    import io

    kept = model.ask("POST", "/files", data={"file": (io.BytesIO(b"signed"), "../last page.pdf", "application/pdf")})
    assert kept.status_code == 201
    file = kept.get_json()
    assert (file["name"], file["size"]) == ("last page.pdf", 6)
    assert member.get(f"/files/{file['id']}").status_code == 404
    model.create("customer", name="A", papers=[file["id"]])
    read = member.get(f"/files/{file['id']}")
    assert read.data == b"signed"
    assert "attachment" in read.headers["Content-Disposition"]
    read.close()
    assert codes(model.post("/records/customer", {"values": {"name": "B", "papers": ["99"]}})) == [
        ("papers", "value-no-file")
    ]


def test_the_counter_moves_only_when_something_changes(model: Client) -> None:
    before = model.get("/changes")
    same = model.get("/changes", headers={"If-None-Match": before.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    model.create("customer", name="A")
    after = model.get("/changes", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


def test_what_is_missing_is_named_beside_what_is_wrong(model: Client) -> None:
    refused = model.post("/records/customer", {"values": {"colour": "red"}})
    assert sorted(codes(refused)) == [("colour", "unknown-field"), ("name", "value-missing")]
