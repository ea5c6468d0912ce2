"""People leave by whatever door, rules go on without their authors, and what fails twice says so once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ruleloom.access import WORKSPACE, Actor, RoleName
from ruleloom.engine.intents import UpdateRecords
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import accounts, batch, definitions, entities, records, sessions
from ruleloom.runtime.durable.performing import perform
from ruleloom.runtime.showing import reading
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.rows import Chunk

Rule = Callable[[str], str]
Create = Callable[..., records.Written]
PASSWORD = "a long enough password"
LEAVER = 'rule "Leaver" on user when manager changes then set active = no'


def person(workspace: Workspace, name: str, role: str) -> accounts.Account:
    return accounts.create(workspace, WORKSPACE, name, f"{name.lower()}@example.com", PASSWORD, [role])


def given_a_manager(workspace: Workspace, user: accounts.Account, manager: str) -> records.Written:
    """What sets off the rule above."""
    version = reading.record(workspace, WORKSPACE, "user", user.id).version
    return records.update(workspace, WORKSPACE, "user", user.id, {"manager": manager}, version, show=lambda _u, w: w)


def effects(workspace: Workspace, written: records.Written) -> list[tuple[str, str, str]]:
    (shown,) = reading.firings(workspace, WORKSPACE, record=str(written.record)).items
    return [(each.kind, each.status, (each.summary or {})["en"]) for each in shown.effects]


def test_a_rule_or_an_import_that_lets_a_person_go_ends_their_sign_in(workspace: Workspace, rule: Rule) -> None:
    person(workspace, "Ada", "administrator")
    bo, cy = person(workspace, "Bo", "manager"), person(workspace, "Cy", "member")
    found = sessions.sign_in(workspace, "bo@example.com", PASSWORD, "::1")
    rule(LEAVER)
    given_a_manager(workspace, bo, cy.id)
    assert accounts.read(workspace, int(bo.id)).active is False
    assert sessions.find(workspace, found.secret) is None

    def silently(uow: Any) -> Any:
        user = uow.published.model.by_key["user"]
        row = (UpdateRecords(user.id, {int(cy.id): {"active": False}}),)
        return batch.write_together_in(uow, Chunk([row]), rules=False)

    workspace.transact(silently, WORKSPACE, origin="import")
    assert accounts.read(workspace, int(cy.id)).active is False


def test_no_rule_takes_the_last_administrator_away(workspace: Workspace, rule: Rule) -> None:
    bo, cy = person(workspace, "Bo", "administrator"), person(workspace, "Cy", "member")
    rule(LEAVER)
    written = given_a_manager(workspace, bo, cy.id)
    assert accounts.read(workspace, int(bo.id)).active is True
    ((kind, status, summary),) = effects(workspace, written)
    assert (kind, status) == ("actions", "pending")
    assert "last administrator" in summary


def test_a_rule_outlives_its_author_and_every_new_name(workspace: Workspace, create: Create) -> None:
    person(workspace, "Ada", "administrator")
    bo = person(workspace, "Bo", "manager")
    author = Actor(int(bo.id), frozenset({RoleName.MANAGER}))
    text = 'rule "Flag" on customer when credit > 10 and flag is empty then set flag = "red"'
    drawn = definitions.create(workspace, author, "rule", {"text": text, "language": "en"})
    definitions.publish(workspace, author, "rule", str(drawn.id))
    records.delete(workspace, WORKSPACE, "user", bo.id, 1, show=lambda _u, w: w)

    names = {"name": "Call sign", "seen": "Last seen", "credit": "Line", "flag": "Colour"}
    drawing = entities.drawing(workspace, WORKSPACE, "customer")
    content = dict(drawing.draft or {})
    fields = [{**field, "name": names[field["name"]]} for field in content["fields"]]
    again = {**content, "name": "account", "title_field": "Call sign", "fields": fields}
    entities.redraw(workspace, WORKSPACE, "customer", again, drawing.version)
    entities.publish(workspace, WORKSPACE, "customer")
    written = create(name="A", credit=20)
    assert len(written.firings) == 1
    found = definitions.read(workspace, WORKSPACE, "rule", str(drawn.id))
    assert found.status == "published"
    assert found.content is not None
    assert "Line" in found.content["text"]


def test_what_fails_twice_says_so_once(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule('rule "Gift" on customer when credit > 10 then create coupon (customer = this, code = "ONE")')
    create(name="first", credit=20)
    written = create(name="second", credit=20)
    assert [(kind, status) for kind, status, _ in effects(workspace, written)] == [("actions", "pending")]
    (shown,) = reading.firings(workspace, WORKSPACE, record=str(written.record)).items
    (effect,) = shown.effects
    perform(workspace, {}, effect.id)
    ((kind, status, summary),) = effects(workspace, written)
    assert (kind, status) == ("actions", "failed")
    assert summary.startswith("Failed:")


def test_what_succeeds_at_the_second_try_says_so(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule(
        'rule "Gift" on customer when credit rises '
        'then create coupon (customer = this, code = "ONE") set flag = "was {previous credit}"'
    )
    taken = records.create(workspace, WORKSPACE, "coupon", {"code": "ONE"}, show=lambda _u, w: w)
    customer = create(name="A", credit=1)
    written = records.update(
        workspace, WORKSPACE, "customer", str(customer.record), {"credit": 2}, 1, show=lambda _u, w: w
    )
    (shown,) = reading.firings(workspace, WORKSPACE, record=str(written.record)).items
    records.delete(workspace, WORKSPACE, "coupon", str(taken.record), 1, show=lambda _u, w: w)
    perform(workspace, {}, shown.effects[0].id)
    assert [(kind, status) for kind, status, _ in effects(workspace, written)] == [
        ("actions", "done"),
        ("create", "done"),
        ("change", "done"),
    ]
    assert "second try" in effects(workspace, written)[0][2]
    row = reading.record(workspace, WORKSPACE, "customer", str(customer.record))
    assert row.values["flag"][1] == "was 1", "the change that it answers is remembered"


def test_a_field_that_is_used_is_not_taken_away(workspace: Workspace, rule: Rule) -> None:
    rule('rule "Flag" on customer when credit > 10 then set flag = "red"')
    drawing = entities.drawing(workspace, WORKSPACE, "customer")
    content = dict(drawing.draft or {})
    fields = [field for field in content["fields"] if field["name"] != "credit"]
    entities.redraw(workspace, WORKSPACE, "customer", {**content, "fields": fields}, drawing.version)
    with pytest.raises(RuleloomError) as refused:
        entities.publish(workspace, WORKSPACE, "customer")
    assert refused.value.diagnostics[0].params["users"] == ["Flag"]
