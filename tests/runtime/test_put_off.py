"""A write that concerns very many records: answered at once, evaluated in chunks that outlive the process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.pipeline import putting_off
from ruleloom.runtime.pipeline.ports import Blocked
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.time.ticker import Ticker
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import put_off
from tests.runtime.test_time_and_worker import firings, until

MANY = 7
FLAGGED = 'rule "Flagged" on coupon when customer.flag = "red" then set code = "R"'
Create = Callable[..., records.Written]
Rule = Callable[[str], str]


@pytest.fixture(autouse=True)
def _few(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.fan_out = 3
    monkeypatch.setattr(putting_off, "JUDGED", 2)
    monkeypatch.setattr(putting_off, "CARRIED", 2)


@pytest.fixture
def customer(workspace: Workspace, create: Create) -> int:
    """A customer with many coupons."""
    made = int(str(create(name="A").record))
    for _ in range(MANY):
        coupon(workspace, customer=str(made))
    return made


def coupon(workspace: Workspace, **values: Any) -> records.Written:
    return records.create(workspace, WORKSPACE, "coupon", values, show=lambda _uow, written: written)


def flag(workspace: Workspace, customer: int, value: str) -> records.Written:
    return workspace.transact(lambda uow: records.update_in(uow, "customer", customer, {"flag": value}), WORKSPACE)


def waiting(workspace: Workspace) -> tuple[int, int, int]:
    with workspace.database.read() as connection:
        return put_off.sizes(connection)


def codes(workspace: Workspace) -> list[object]:
    with workspace.reading() as opened:
        ids = opened.store.all_records("coupon")
        return [each["code"] for each in opened.store.snapshots("coupon", ids).values()]


def test_the_answer_says_so_and_the_clock_does_the_rest(workspace: Workspace, rule: Rule, customer: int) -> None:
    rule('rule "Flagged" on coupon when customer.flag = "red" then notify customer.created_by "R"')
    ticker = Ticker(workspace)
    written = flag(workspace, customer, "red")
    assert (written.queued, list(written.firings)) == (MANY, [])
    assert waiting(workspace) == (1, MANY, 0)
    ticker.start()
    try:
        assert until(lambda: waiting(workspace) == (0, 0, 0))
    finally:
        ticker.stop()
    fired = firings(workspace)
    assert len(fired) == MANY
    with workspace.reading() as opened:
        at = opened.store.snapshots("customer", [customer])[customer]["updated_at"]
    assert {each.row.at for each in fired} == {at}, "the instant is that of the write"
    assert {(each.row.cause or {})["kind"] for each in fired} == {"person"}


def test_few_records_are_evaluated_at_once(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule('rule "Flagged" on coupon when customer.flag = "red" then notify customer.created_by "R"')
    made = int(str(create(name="B").record))
    for _ in range(3):
        coupon(workspace, customer=str(made))
    written = flag(workspace, made, "red")
    assert (written.queued, len(written.firings), waiting(workspace)) == (0, 3, (0, 0, 0))


def test_a_later_write_finds_everything_done(
    workspace: Workspace, rule: Rule, customer: int, workspace_url: str, tmp_path: Path
) -> None:
    """Also one of another process, which takes the first write's effect back."""
    rule(FLAGGED.replace('"R"', "customer.name"))
    workspace_of_another = open_workspace(workspace_url, folder=tmp_path)
    workspace_of_another.fan_out = workspace.fan_out
    try:
        flag(workspace, customer, "red")
        flag(workspace_of_another, customer, "green")
    finally:
        workspace_of_another.close()
    fired = firings(workspace)
    assert [each.row.edge for each in fired] == ["on"] * MANY
    assert waiting(workspace) == (1, MANY, 0), "the second write concerns them all again"
    assert codes(workspace).count("A") == 1, "codes are unique: one was taken, the others failed visibly"
    settle(workspace)
    assert len(firings(workspace)) == MANY


def test_what_was_cut_off_goes_on_where_it_was(
    workspace: Workspace, rule: Rule, customer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule('rule "Flagged" on coupon when customer.flag = "red" then create customer (name = "made")')
    flag(workspace, customer, "red")
    real, steps = putting_off.PuttingOff.step, []

    def dies(self: putting_off.PuttingOff) -> bool:
        done = real(self)
        steps.append(1)
        if len(steps) in (2, 7):
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(putting_off.PuttingOff, "step", dies)
    for left in ((1, MANY - 2, 2), (1, 0, MANY - 2)):
        with pytest.raises(KeyboardInterrupt):
            settle(workspace)
        assert waiting(workspace) == left
    settle(workspace)
    assert waiting(workspace) == (0, 0, 0)
    with workspace.reading() as opened:
        names = [
            each["name"] for each in opened.store.snapshots("customer", opened.store.all_records("customer")).values()
        ]
    assert (len(firings(workspace)), names.count("made")) == (MANY, MANY)


def test_a_rule_that_blocks_is_asked_before_the_answer(workspace: Workspace, rule: Rule, customer: int) -> None:
    rule('rule "Never" on coupon when customer.flag = "black" then block "never"')
    rule('rule "Flagged" on coupon when customer.flag is not empty then notify customer.created_by "R"')
    with pytest.raises(Blocked):
        flag(workspace, customer, "black")
    assert (waiting(workspace), firings(workspace)) == ((0, 0, 0), [])
    assert flag(workspace, customer, "red").queued == MANY


def test_several_writes_of_one_transaction_settle_one_another(workspace: Workspace, rule: Rule, customer: int) -> None:
    rule('rule "Flagged" on coupon when customer.flag = "red" then notify customer.created_by "R"')

    def both(uow: UnitOfWork) -> list[int]:
        return [records.update_in(uow, "customer", customer, {"flag": each}).queued for each in ("red", "green", "red")]

    assert workspace.transact(both, WORKSPACE) == [MANY] * 3
    assert (len(firings(workspace)), waiting(workspace)) == (MANY, (1, MANY, 0))
    settle(workspace)
    assert len(firings(workspace)) == 2 * MANY


def test_a_chain_that_grows_wide_goes_on_after_the_answer(
    workspace: Workspace, rule: Rule, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each coupon makes two longer ones: few records are concerned with each write, many firings with the first."""
    workspace.fan_out = 10
    monkeypatch.setattr(putting_off, "CARRIED", 7)
    rule(
        'rule "Split" on coupon when length(code) > 1 and length(code) < 7 then '
        'create coupon (customer = customer, code = "{code}0") create coupon (customer = customer, code = "{code}1")'
    )
    made = str(create(name="A").record)
    written = coupon(workspace, customer=made, code="ab")
    assert written.queued > 0
    assert waiting(workspace)[2] == written.queued
    assert len(codes(workspace)) == 1 + 2 * 10, "the firings of ten records with the write itself"
    settle(workspace)
    assert waiting(workspace) == (0, 0, 0)
    expected = ["ab"]
    for each in expected:
        expected += [each + "0", each + "1"] if len(each) < 7 else []
    assert codes(workspace) == expected, "in the same order as at once"
    fired = firings(workspace)
    assert len(fired) == sum(len(each) < 7 for each in expected)
    assert len({each.row.at for each in fired}) == 1, "at the instant of the write"


def test_many_rules_of_few_records_are_carried_out_with_the_write(
    workspace: Workspace, rule: Rule, create: Create
) -> None:
    workspace.fan_out = 1
    for number in range(4):
        rule(f'rule "R{number}" on coupon when code = "ab" then create customer (name = "{number}")')
    written = coupon(workspace, customer=str(create(name="A").record), code="ab")
    assert (written.queued, len(written.firings), waiting(workspace)) == (0, 4, (0, 0, 0))
