"""What the actions of a firing would have done, as JSON: `{kind, text, people, entity, records}`, only what applies."""

from __future__ import annotations

from typing import Any

from ruleloom.engine import intents as i
from ruleloom.forms.entity import Model
from ruleloom.messages import LANGUAGES, RuleloomError
from ruleloom.runtime.pipeline.carrying import TASK
from ruleloom.runtime.pipeline.ports import Prepared


def effect_json(model: Model, kind: str, what: Any) -> list[dict[str, Any]]:
    """A note of the desk; a write that changed nothing says nothing."""
    if kind == "effect":
        return [_effect(what)]
    if kind == "write":
        return _write(model, what)
    if isinstance(what, RuleloomError):
        words = {language: "; ".join(d.message(language) for d in what.diagnostics) for language in LANGUAGES}
        return [{"kind": "failed", "problem": words}]
    return [{"kind": "stopped"}]


def _effect(effect: i.Effect) -> dict[str, Any]:
    if isinstance(effect, i.SendNotice):
        return {"kind": "notify", "text": effect.text, "people": [str(user) for user in effect.recipients]}
    if isinstance(effect, i.GiveTask):
        return {"kind": "task", "text": effect.text, "people": [] if effect.user is None else [str(effect.user)]}
    if isinstance(effect, i.BeginApproval):
        return {"kind": "approval", "text": effect.name}
    if isinstance(effect, i.CallOut):
        return {"kind": "call", "text": effect.operation}
    if isinstance(effect, i.MakeReport):
        return {"kind": "report", "text": effect.name}
    return {"kind": "warn", "text": effect.text}


def _write(model: Model, prepared: Prepared) -> list[dict[str, Any]]:
    write, changes = prepared.write, prepared.changes
    if not changes or isinstance(write, i.WriteTogether):  # no action makes one
        return []
    if isinstance(write, i.CreateRecord) and write.entity == TASK:
        values = write.values
        assignee = values.get("assignee")
        people = [] if assignee is None else [str(assignee)]
        return [{"kind": "task", "text": str(values.get("title") or ""), "people": people}]
    kinds = {i.CreateRecord: "create", i.UpdateRecords: "update", i.DeleteRecord: "delete"}
    return [{"kind": kinds[type(write)], "entity": model.entity(write.entity).key, "records": len(changes)}]
