"""Every kind of action: what comes of its intent, in both languages."""

import pytest

from ruleloom.actions.base import About, ActionKind
from ruleloom.actions.registry import DoubleAction, Registry, actions
from ruleloom.engine import intents
from ruleloom.messages import Language

ABOUT = About("visit", 7, "Visit 7", at=1_000_000, writer=1, author=2)
NAMES: dict[str, dict[Language, str]] = {
    "coupon": {"en": "Coupon", "zh": "优惠券"},
    "5": {"en": "Li Na", "zh": "李娜"},
    "visit.flag": {"en": "Flag", "zh": "标记"},
    "visit.flag=late": {"en": "Late", "zh": "迟"},
}


def test_every_intent_has_one_kind() -> None:
    taken = {kind.intent for kind in actions().kinds().values()}
    assert taken == set(intents.Single.__args__) | set(intents.Effect.__args__)


@pytest.mark.parametrize(
    ("intent", "en", "zh"),
    [
        (intents.CreateRecord("coupon", {}), "Created Coupon", "新建优惠券"),
        (intents.UpdateRecords("visit", {7: {"flag": "red"}}), "Set Flag", "设置标记"),
        (intents.UpdateRecords("visit", {7: {"flag": "late"}}), "Set Flag to “Late”", "设置标记为“迟”"),
        (intents.UpdateRecords("visit", {7: {"flag": None}}), "Set Flag to blank", "设置标记为空"),
        (intents.UpdateRecords("coupon", {8: {"x": 1}, 9: {"x": 1}}), "Changed x of 2 Coupon", "更新 2 条优惠券的x"),
        (intents.DeleteRecord("visit", 7), "Deleted visit Visit 7", "删除visit Visit 7"),
        (intents.SendNotice((5, 5), "hello"), "Notified Li Na: hello", "通知李娜：hello"),
        (intents.SendNotice((), "hello"), "Nobody to notify: hello", "无人可通知：hello"),
        (intents.GiveTask("call", 5, None), "Task for Li Na: call", "任务（李娜）：call"),
        (intents.ShowWarning("late"), "Warned: late", "提醒：late"),
        (intents.CallOut("erp.save", {}), "Call erp.save", "调用 erp.save"),
    ],
)
def test_summaries(intent: intents.Intent, en: str, zh: str) -> None:
    assert actions().of(intent).summary(intent, ABOUT, NAMES) == {"en": en, "zh": zh}


def test_a_notice_reaches_each_person_once() -> None:
    work = actions().of(intents.SendNotice((5, 6, 5), "x")).work_out(intents.SendNotice((5, 6, 5), "x"), ABOUT)
    assert [notice.user for notice in work.notices] == [5, 6]


def test_a_warning_goes_to_the_writer_or_else_to_the_author() -> None:
    kind, warning = actions().of(intents.ShowWarning("late")), intents.ShowWarning("late")
    assert kind.work_out(warning, ABOUT).warnings == ("late",)
    by_time = kind.work_out(warning, About("visit", 7, "", at=0, writer=None, author=2))
    assert [notice.user for notice in by_time.notices] == [2]
    assert by_time.warnings == ()


def test_a_task_is_a_record_about_the_record() -> None:
    write = actions().of(intents.GiveTask("call", 5, 99)).work_out(intents.GiveTask("call", 5, 99), ABOUT).write
    assert isinstance(write, intents.CreateRecord)
    assert write.entity == "task"
    assert write.values["assignee"] == 5
    assert write.values["due"] == 99
    assert write.values["about_record"] == "7"


def test_what_leaves_the_workspace_is_worked_out_and_left_to_the_worker() -> None:
    call = intents.CallOut("erp.save", {"number": "A-1"})
    assert actions().of(call).leaves
    assert actions().of(call).work_out(call, ABOUT).content == {"operation": "erp.save", "arguments": {"number": "A-1"}}


def test_doubles_are_refused_and_both_are_named() -> None:
    registry = Registry()

    class One(ActionKind):
        kind, intent = "x", intents.CallOut

    class Two(ActionKind):
        kind, intent = "x", intents.SendNotice

    registry.register(One)
    with pytest.raises(DoubleAction, match=r"One.*Two"):
        registry.register(Two)
