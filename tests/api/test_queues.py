"""Queues, dead letters and waiting runs over HTTP, by whom they may be seen and touched."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom.runtime.durable.performing import perform
from ruleloom.runtime.durable.worker import Worker
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.time.ticker import Ticker
from ruleloom.runtime.workspace import Workspace
from tests.api.client import Client
from tests.runtime.test_time_and_worker import until

CALL = 'rule "Tell" on customer when credit > 10 then call "erp.save" (name = name)'
WAIT = """rule "Ask twice" on customer when region = "West"
then set notes = "asked"
     wait 3 days
     if active = yes (set notes = "asked again") else (wait up to 5 days until credit > 100
     set notes = "rich")
     set code = "END"
"""
DAY = 24 * 3600 * 1_000_000


def rule(client: Client, text: str) -> str:
    drawn = client.post("/rules", {"content": {"text": text, "language": "en"}}).get_json()
    published = client.post(f"/rules/{drawn['id']}/publish", {})
    assert published.status_code == 200, published.get_json()
    return str(drawn["id"])


def effects(client: Client, state: str, **more: str) -> list[dict[str, Any]]:
    words = "".join(f"&{name}={value}" for name, value in more.items())
    answer = client.get(f"/effects?state={state}{words}")
    assert answer.status_code == 200, answer.get_json()
    return list(answer.get_json()["items"])


def test_dead_letters_are_counted_told_and_done_once_more(model: Client, member: Client, workspace: Workspace) -> None:
    tell = rule(model, CALL)
    for number in range(3):
        model.create("customer", name=f"C{number}", credit="11")
    queued = effects(model, "queued")
    assert [each["rule"]["id"] for each in queued] == [tell] * 3
    for each in queued:
        perform(workspace, {}, int(each["id"]))
    shown = model.get("/queues").get_json()
    assert shown["kinds"] == [{"kind": "call", "queued": 0, "running": 0, "retrying": 0, "failed": 3}]
    assert (shown["clock"], shown["workers"], shown["effect_since"]) == (None, [], None)
    failed = effects(model, "failed")
    assert failed == effects(model, "failed", rule=tell)
    assert effects(model, "failed", rule="1") == []
    assert shown["last_failure"]["id"] in {each["id"] for each in failed}
    assert failed[0]["why"][0]["en"].startswith("Nothing in this workspace performs")
    assert failed[0]["why"][0]["zh"].startswith("此工作区没有")
    first = model.get("/effects?state=failed&limit=2").get_json()
    rest = model.get(f"/effects?state=failed&limit=2&after={first['next']}").get_json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == [each["id"] for each in failed]
    assert model.post(f"/effects/{failed[0]['id']}/replay").status_code == 204
    assert model.post(f"/effects/{failed[0]['id']}/replay").status_code == 409, "it waits already"
    assert model.post("/effects/replay", {"rule": tell}).get_json() == {"replayed": 2}
    assert (len(effects(model, "failed")), len(effects(model, "retrying"))) == (0, 3)
    assert model.get("/queues").get_json()["effect_since"] is not None
    for answer in (
        member.get("/queues"),
        member.get("/effects?state=failed"),
        member.post("/effects/replay", {}),
        member.post(f"/effects/{failed[0]['id']}/replay"),
    ):
        assert answer.status_code == 403


def test_who_is_at_work_is_named_while_it_lives(administrator: Client, workspace: Workspace) -> None:
    worker, ticker = Worker(workspace), Ticker(workspace)
    worker.start()
    ticker.start()
    try:
        assert until(lambda: administrator.get("/queues").get_json()["clock"] is not None)
        shown = administrator.get("/queues").get_json()
        assert [each["name"] for each in shown["workers"]] == [shown["clock"]["name"]]
    finally:
        ticker.stop()
        worker.stop()
    shown = administrator.get("/queues").get_json()
    assert (shown["clock"], shown["workers"]) == (None, [])


def test_a_rule_that_cannot_be_read_is_shown_with_why(
    model: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = rule(model, CALL)
    with workspace.database.write() as connection:
        from ruleloom.storage import workspace_settings
        from ruleloom.storage.tables.definitions import definition_versions, definitions

        rows, heads = definition_versions.c, definitions.c
        broken = {"text": CALL.replace("credit", "gone"), "language": "en"}
        wrong = definition_versions.update().where(rows.definition == int(tell)).values(content=broken, version=2)
        connection.execute(wrong)
        connection.execute(definitions.update().where(heads.id == int(tell)).values(published_version=2))
        workspace_settings.raise_rule_set_version(connection)
    [found] = model.get("/queues").get_json()["broken"]
    assert (found["id"], found["name"]) == (tell, "Tell")
    assert "gone" in found["problems"][0]["en"]
    assert "gone" in found["problems"][0]["zh"]


@pytest.fixture
def waiting(model: Client, workspace: Workspace) -> tuple[Client, dict[str, Any]]:
    """The manager, and a customer whose run waits three days."""
    now = workspace.clock.now()
    workspace.clock = Clock(source=lambda: workspace_now["at"])
    workspace_now["at"] = now
    rule(model, WAIT)
    return model, model.create("customer", name="A", region="West")["record"]


workspace_now = {"at": 0}


def the_run(client: Client, record: str) -> dict[str, Any]:
    [run] = client.get(f"/runs?record={record}").get_json()["items"]
    return dict(run)


def value(client: Client, record: str, field: str) -> Any:
    return client.get(f"/records/customer/{record}").get_json()["values"][field]


def test_a_waiting_run_says_where_it_stands(waiting: tuple[Client, dict[str, Any]], workspace: Workspace) -> None:
    model, customer = waiting
    run = the_run(model, customer["id"])
    assert (run["rule"]["name"], run["rule"]["version"], run["record"]["title"]) == ("Ask twice", 1, "A")
    assert "3 days" in run["waits"]["en"]
    assert "3 天" in run["waits"]["zh"]
    assert len(run["then"]) == 2, run["then"]
    workspace_now["at"] += 3 * DAY
    settle(workspace)
    run = the_run(model, customer["id"])
    assert "credit" in run["waits"]["en"]
    assert len(run["then"]) == 2, "the rest of the branch and what comes after it"
    model.patch(f"/records/customer/{customer['id']}", {"values": {"credit": "200"}}, _version(model, customer["id"]))
    assert model.get("/runs").get_json()["items"] == []
    assert (value(model, customer["id"], "notes"), value(model, customer["id"], "code")) == ("rich", "END")


def test_a_waiting_run_is_sent_on_or_cancelled(
    waiting: tuple[Client, dict[str, Any]], member: Client, workspace: Workspace
) -> None:
    model, customer = waiting
    first = the_run(model, customer["id"])
    for verb in ("skip", "cancel"):
        assert member.post(f"/runs/{first['id']}/{verb}").status_code == 403
    assert the_run(member, customer["id"])["id"] == first["id"], "everybody who reads the record sees that it waits"
    assert model.post(f"/runs/{first['id']}/skip").status_code == 204
    second = the_run(model, customer["id"])
    assert "credit" in second["waits"]["en"]
    assert model.post(f"/runs/{first['id']}/skip").status_code == 404, "it goes on only once"
    assert model.post(f"/runs/{second['id']}/cancel").status_code == 204
    assert model.get("/runs").get_json()["items"] == []
    model.patch(f"/records/customer/{customer['id']}", {"values": {"credit": "200"}}, _version(model, customer["id"]))
    workspace_now["at"] += 30 * DAY
    settle(workspace)
    assert (value(model, customer["id"], "notes"), value(model, customer["id"], "code")) == ("asked", None)
    [firing] = model.get(f"/firings?record={customer['id']}").get_json()["items"]
    kinds = [(each["kind"], each["status"]) for each in firing["effects"]]
    assert kinds == [("change", "done"), ("wait", "done"), ("wait", "skipped")]


def test_a_run_keeps_the_version_that_it_began_with(
    waiting: tuple[Client, dict[str, Any]], workspace: Workspace
) -> None:
    model, customer = waiting
    [drawn] = model.get("/rules").get_json()["items"]
    text = WAIT.replace("3 days", "9 days").replace('"END"', '"NEW"')
    put = model.ask(
        "PUT", f"/rules/{drawn['id']}", json={"content": {"text": text, "language": "en"}},
        headers={"If-Match": f'"{drawn["version"]}"'},
    )  # fmt: skip
    assert put.status_code == 200, put.get_json()
    assert model.post(f"/rules/{drawn['id']}/publish", {}).status_code == 200
    run = the_run(model, customer["id"])
    assert run["rule"]["version"] == 1
    assert "3 days" in run["waits"]["en"]


def _version(client: Client, record: str) -> int:
    return int(client.get(f"/records/customer/{record}").get_json()["version"])


def test_a_write_that_concerns_very_many_says_so(model: Client, workspace: Workspace) -> None:
    rule(model, 'rule "Large" on order when customer.name = "Big" then notify customer.owner "{customer.name}"')
    customer = model.create("customer", name="Small")["record"]["id"]
    for _ in range(5):
        model.create("order", customer=customer)
    workspace.fan_out = 3
    written = model.patch(f"/records/customer/{customer}", {"values": {"name": "Big"}}, 1).get_json()
    assert (written["queued"], written["firings"]) == (5, [])
    assert model.get("/queues").get_json()["put_off"] == {"writes": 1, "records": 5, "runs": 0}
    settle(workspace)
    assert model.get("/queues").get_json()["put_off"] == {"writes": 0, "records": 0, "runs": 0}
    assert len(model.get("/firings").get_json()["items"]) == 5
