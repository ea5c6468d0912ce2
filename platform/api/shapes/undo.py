"""An undoing as JSON, before it is done and afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ruleloom.api.shapes.firings import titled
from ruleloom.api.shapes.wire import instant_text, to_wire
from ruleloom.dsl.types import Value
from ruleloom.forms.entity import Field, Model
from ruleloom.runtime.undoing.plan import Plan
from ruleloom.runtime.undoing.steps import Clash, FieldBack, Step
from ruleloom.storage.logs.firing_log import EffectRow


def plan_json(model: Model, plan: Plan) -> dict[str, Any]:
    """Everything that a person has to know before deciding, and hears afterwards."""

    def firing(id_: int | None, rule: str, version: int, entity: str, record: int, edge: str) -> dict[str, Any]:
        return {
            "id": None if id_ is None else str(id_),
            "rule": {"id": rule, "name": plan.rules.get(rule, rule), "version": version},
            "record": titled(model, plan.titles, entity, record),
            "edge": edge,
        }

    return {
        "undo": None if plan.undo is None else str(plan.undo),
        "kind": plan.deed.kind,
        "chained": plan.deed.chained,
        "fingerprint": plan.fingerprint,
        "items": [_item(model, plan, step) for step in plan.steps],
        "left": plan.left,
        "firings": [firing(r.id, r.rule, r.rule_version, r.entity, r.record, r.edge) for r in plan.deed.firings],
        "further": [firing(r.id, r.rule, r.rule_version, r.entity, r.record, r.edge) for r in plan.deed.further],
        "answering": [
            firing(None if plan.undo is None else cast("int", f.id), f.rule, 0, f.entity, cast("int", f.record), f.edge)
            for f in plan.answering
        ],
        "gone_out": [_outside(effect) for effect in plan.gone_out],
        "not_begun": [_outside(effect) for effect in plan.not_begun],
        "notices_read": plan.notices_read,
        "notices_unread": plan.notices_unread,
        "runs": plan.runs,
    }


def _item(model: Model, plan: Plan, step: Step) -> dict[str, Any]:
    entity = model.entity(step.entity)
    return {
        "verb": step.verb,
        "record": {"entity": entity.key, "id": str(step.record), "title": step.title},
        "fields": [_field(entity.by_key[each.key], each, plan.titles) for each in step.fields],
        "state": step.state,
        "clashes": [_clash(each) for each in step.clashes],
        "done": step.done,
    }


def _field(field: Field, each: FieldBack, titles: Mapping[tuple[str, int], Value]) -> dict[str, Any]:
    return {
        "field": field.key,
        "now": to_wire(field, each.now),
        "back": to_wire(field, each.back),
        "now_title": _title(field, each.now, titles),
        "back_title": _title(field, each.back, titles),
        "clash": None if each.clash is None else _clash(each.clash),
    }


def _title(field: Field, value: Value, titles: Mapping[tuple[str, int], Value]) -> str | None:
    target = field.value_type.entity
    found = titles.get((target, value)) if target is not None and isinstance(value, int) else None
    return None if found is None else str(found)


def _clash(clash: Clash) -> dict[str, Any]:
    return {"code": clash.code, "words": clash.words, "at": None if clash.at is None else instant_text(clash.at)}


def _outside(effect: EffectRow) -> dict[str, Any]:
    summary = effect.summary or {"en": effect.kind, "zh": effect.kind}
    return {"id": str(effect.id), "kind": effect.kind, "summary": summary}
