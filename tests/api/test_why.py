"""Why did it, why did it not: now and back then, with where values come from; previews that know since when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from ruleloom.runtime.workspace import Workspace
from tests.api.client import Client
from tests.api.test_rules import COUPON, EAGER, publish

STUCK = 'rule "Stuck" on customer when region = "East" for 3 days then notify owner "still {name}"'


@pytest.fixture
def clock(workspace: Workspace) -> Workspace:
    workspace.set(demo=True)
    return workspace


def now(client: Client) -> datetime:
    return datetime.fromisoformat(client.get("/session").get_json()["workspace"]["now"])


def let_pass(client: Client, days: int) -> None:
    assert client.post("/demo/clock/advance", {"days": days}).status_code == 200


def why(client: Client, rule: str, record: str, at: datetime | None = None) -> dict[str, Any]:
    query = {"record": record} | ({"at": at.isoformat()} if at is not None else {})
    answer = client.get(f"/rules/{rule}/why", query_string=query)
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def patch(client: Client, entity: str, record: str, **values: Any) -> None:
    version = client.get(f"/records/{entity}/{record}").get_json()["version"]
    assert client.patch(f"/records/{entity}/{record}", {"values": values}, version).status_code == 200


def test_a_value_says_who_changed_it_and_the_past_is_explained_with_the_values_of_then(
    model: Client, administrator: Client, clock: Workspace
) -> None:
    rule = publish(model, EAGER)["id"]
    record = model.create("customer", name="Lee", credit="10")["record"]["id"]
    small = now(model)
    let_pass(model, 2)
    patch(administrator, "customer", record, credit="2000")
    let_pass(model, 1)
    answer = why(model, rule, record)
    assert answer["standing"]["state"] == "fired"
    assert answer["firings"][0]["id"] == answer["standing"]["firing"]
    (found,) = answer["reason"]["found"]
    assert (found["value"], found["changed"]["by"]["title"]) == ("2000.00", "Ada")
    before = why(model, rule, record, small)
    assert (before["standing"]["state"], before["reason"]["holds"], before["firings"]) == ("fails", False, [])
    (found,) = before["reason"]["found"]
    assert (found["value"], found["changed"]["by"]["title"]) == ("10.00", "Max")
    assert before["reason"]["change"][0]["value"] == "1000.01"
    assert why(model, rule, record, small - timedelta(hours=1))["standing"]["state"] == "absent"


def test_related_records_count_as_they_were_and_time_as_it_was(model: Client, clock: Workspace) -> None:
    rule = publish(model, COUPON)["id"]
    lee = model.create("customer", name="Lee", owner=model.me["user"]["id"])["record"]["id"]
    other = model.create("customer", name="Other")["record"]["id"]
    bought = now(model)
    orders = [
        model.create("order", customer=lee, ordered_at=bought.isoformat(), amount="5")["record"] for _ in range(3)
    ]
    let_pass(model, 10)
    two_parted = now(model)
    patch(model, "order", orders[0]["id"], customer=other)
    let_pass(model, 25)
    fired = why(model, rule, lee)
    assert (fired["standing"]["state"], fired["standing"]["since"]) == ("fired", fired["firings"][0]["at"])
    assert datetime.fromisoformat(fired["standing"]["since"]) == bought + timedelta(days=30)
    early = why(model, rule, lee, two_parted - timedelta(hours=1))
    assert [part["value"] for part in early["reason"]["parts"]] == ["3", "3"]
    assert datetime.fromisoformat(early["reason"]["becomes_true"]) == bought + timedelta(days=30)
    later = why(model, rule, lee, two_parted + timedelta(hours=1))
    assert [part["value"] for part in later["reason"]["parts"]] == ["2", "2"]
    assert later["standing"]["state"] == "fails"
    version = model.get(f"/records/order/{orders[1]['id']}").get_json()["version"]
    gone = model.ask("DELETE", f"/records/order/{orders[1]['id']}", headers={"If-Match": f'"{version}"'})
    assert gone.status_code == 200
    assert [part["value"] for part in why(model, rule, lee)["reason"]["parts"]] == ["1", "0"]
    still = why(model, rule, lee, two_parted + timedelta(hours=1))
    assert [part["value"] for part in still["reason"]["parts"]] == ["2", "2"]


def test_a_rule_published_later_says_so(model: Client, clock: Workspace) -> None:
    record = model.create("customer", name="Big", credit="5000")["record"]["id"]
    before = now(model)
    let_pass(model, 1)
    rule = publish(model, EAGER)["id"]
    assert why(model, rule, record)["standing"]["state"] == "matched-before"
    then = why(model, rule, record, before + timedelta(minutes=1))
    assert (then["standing"]["state"], then["rule"]["version"]) == ("not-published", None)
    model.post(f"/rules/{rule}/pause")
    assert why(model, rule, record)["standing"]["state"] == "paused"


def test_a_rule_about_changes_is_explained_at_the_last_change(model: Client, clock: Workspace) -> None:
    text = 'rule "Raised" on customer when credit rises then notify owner "{name}"'
    rule = publish(model, text)["id"]
    record = model.create("customer", name="Lee", credit="10")["record"]["id"]
    let_pass(model, 1)
    patch(model, "customer", record, credit="20")
    raised = now(model)
    let_pass(model, 1)
    patch(model, "customer", record, credit="15")
    assert why(model, rule, record)["standing"]["state"] == "fails"
    then = why(model, rule, record, raised + timedelta(minutes=1))
    assert (then["standing"]["state"], then["reason"]["holds"]) == ("fired", True)


def test_the_preview_of_a_stretch_knows_since_when(model: Client, clock: Workspace) -> None:
    long_ago = model.create("customer", name="Long", region="East")["record"]["id"]
    let_pass(model, 5)
    model.create("customer", name="West", region="West")
    lately = model.create("customer", name="Lately", region="West")["record"]["id"]
    let_pass(model, 1)
    patch(model, "customer", lately, region="East")
    turned = now(model)
    let_pass(model, 1)
    text = {"text": STUCK, "language": "en"}
    shown = model.post("/rules/preview", text).get_json()
    assert (shown["matching"], shown["sample"]) == (
        1, [{"id": long_ago, "title": "Long", "since": None, "due": None}],
    )  # fmt: skip
    (waiting,) = shown["waiting"]["sample"]
    assert (shown["waiting"]["count"], shown["waiting"]["unsure"], waiting["id"]) == (1, False, lately)
    due = datetime.fromisoformat(waiting["due"])
    assert abs(datetime.fromisoformat(waiting["since"]) - turned) < timedelta(minutes=1)
    assert due - datetime.fromisoformat(waiting["since"]) == timedelta(days=3)
    explained = model.post("/rules/explain", {**text, "record": lately}).get_json()
    assert (explained["holds"], explained["since"]) == (False, waiting["since"])
    assert explained["becomes_true"] == waiting["due"]

    rule = publish(model, STUCK)["id"]
    assert model.get("/firings").get_json()["items"] == []
    assert why(model, rule, lately)["deadline"] == waiting["due"]
    let_pass(model, 3)
    (firing,) = model.get("/firings").get_json()["items"]
    assert (firing["record"]["id"], firing["at"]) == (lately, waiting["due"])


def test_all_rules_are_judged_by_one_answer(model: Client, clock: Workspace) -> None:
    eager, stuck = publish(model, EAGER)["id"], publish(model, STUCK)["id"]
    hourly = publish(
        model, 'rule "Weekly" on customer every monday at 09:00 when credit > 1 then notify owner "{name}"'
    )
    draft = model.post("/rules", {"content": {"text": EAGER.replace("Big", "Draft"), "language": "en"}}).get_json()
    model.create("customer", name="Big", credit="1001")
    model.create("customer", name="East", region="East")
    found = {each["rule"]: each for each in model.get("/rules/health").get_json()["items"]}
    assert (found[eager]["health"], found[eager]["days"]) == ("ok", [0, 0, 0, 0, 0, 0, 1])
    assert found[eager]["last_firing"] is not None
    assert (found[stuck]["next"]["near"], found[stuck]["next"]["tick"]) == (0, False)
    assert datetime.fromisoformat(found[stuck]["next"]["at"]) - now(model) > timedelta(days=2, hours=23)
    assert found[hourly["id"]]["next"]["tick"] is True
    assert (found[draft["id"]]["health"], found[draft["id"]]["next"]) == ("draft", None)
    model.post(f"/rules/{stuck}/pause")
    again = {each["rule"]: each for each in model.get("/rules/health").get_json()["items"]}
    assert (again[stuck]["health"], again[stuck]["next"]) == ("paused", None)


def test_the_log_is_searched_by_words_period_and_what_became_of_effects(model: Client, clock: Workspace) -> None:
    eager = publish(model, EAGER)["id"]
    model.create("customer", name="华东大客户", credit="1001")
    first = now(model)
    let_pass(model, 3)
    model.create("customer", name="Anna Larsen", credit="1002")

    def found(**query: Any) -> list[str]:
        answer = model.get("/firings", query_string=query)
        assert answer.status_code == 200, answer.get_json()
        return [each["record"]["title"] for each in answer.get_json()["items"]]

    assert found() == ["Anna Larsen", "华东大客户"]
    assert found(search="larsen") == ["Anna Larsen"]
    assert found(search="大客户") == ["华东大客户"]
    assert found(search="big CUST") == ["Anna Larsen", "华东大客户"]
    assert found(search="100%") == []
    assert found(until=(first + timedelta(days=1)).isoformat()) == ["华东大客户"]
    assert found(since=(first + timedelta(days=1)).isoformat(), rule=eager) == ["Anna Larsen"]
    assert found(state="done") == ["Anna Larsen", "华东大客户"]
    assert found(state="failed") == []
    assert model.get("/firings", query_string={"since": "yesterday"}).status_code == 422
    assert model.get("/firings", query_string={"state": "lost"}).status_code == 422
