"""`/queues`: how the durable work stands; `/effects`: what is queued or failed, done once more."""

from __future__ import annotations

from typing import Any, cast

from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.firings import titled
from ruleloom.api.shapes.shared import BothSchema, FiringRuleSchema, PageQuery, TitledSchema
from ruleloom.api.shapes.wire import instant_text
from ruleloom.runtime.commands import effects
from ruleloom.runtime.durable import queues
from ruleloom.storage.holders import HolderRow
from ruleloom.storage.logs.firing_log import EffectRow
from ruleloom.storage.logs.work_log import STATES

resource = Resource("queues", "How the durable work stands, and what failed.")


class WorkKindSchema(Schema):
    """Effects of one kind by state."""

    kind = fields.String(required=True)
    queued = fields.Integer(required=True)
    running = fields.Integer(required=True)
    retrying = fields.Integer(required=True)
    failed = fields.Integer(required=True)


class HolderSchema(Schema):
    """A process at work: host and process number, since when."""

    name = fields.String(required=True)
    since = fields.String(required=True)


class WaitingEffectSchema(Schema):
    """An effect that is not done: of which rule on which record, why not yet, how often it was tried."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    summary = fields.Nested(BothSchema, required=True)
    why = fields.List(fields.Nested(BothSchema), required=True)
    attempts = fields.Integer(required=True)
    at = fields.String(required=True)
    updated_at = fields.String(required=True)
    not_before = fields.String(required=True, allow_none=True)
    firing = fields.String(required=True)
    rule = fields.Nested(FiringRuleSchema, required=True)
    record = fields.Nested(TitledSchema, required=True)


class PutOffSchema(Schema):
    """Evaluations of writes that concern very many records."""

    writes = fields.Integer(required=True)
    records = fields.Integer(required=True)
    runs = fields.Integer(required=True)


class BrokenRuleSchema(Schema):
    """A published rule that cannot be read any more, and why."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    problems = fields.List(fields.Nested(BothSchema), required=True)


class QueuesSchema(Schema):
    """`due_since`, `effect_since`: since when the clock and the worker are behind; null: they are not."""

    now = fields.String(required=True)
    kinds = fields.List(fields.Nested(WorkKindSchema), required=True)
    due_since = fields.String(required=True, allow_none=True)
    effect_since = fields.String(required=True, allow_none=True)
    put_off = fields.Nested(PutOffSchema, required=True)
    waiting_runs = fields.Integer(required=True)
    imports = fields.Integer(required=True)
    syncs = fields.Integer(required=True)
    clock = fields.Nested(HolderSchema, required=True, allow_none=True)
    workers = fields.List(fields.Nested(HolderSchema), required=True)
    last_failure = fields.Nested(WaitingEffectSchema, required=True, allow_none=True)
    broken = fields.List(fields.Nested(BrokenRuleSchema), required=True)


class EffectsQuery(PageQuery):
    """Effects in a state, of one rule."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    rule = fields.String()


class EffectPageSchema(Schema):
    """A page of effects, newest first."""

    items = fields.List(fields.Nested(WaitingEffectSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ReplaySchema(Schema):
    """Whose failed effects; without a rule all of them."""

    rule = fields.String(allow_none=True, load_default=None)


class ReplayedSchema(Schema):
    """How many were handed to the worker once more."""

    replayed = fields.Integer(required=True)


@resource.get("/queues", answer=QueuesSchema)
def read() -> dict[str, Any]:
    """What is queued, running and failed, who is at work, how far behind"""
    found = queues.overview(workspace(), current_actor())
    return {
        "now": instant_text(found.now),
        "kinds": [_kind(kind, numbers) for kind, numbers in sorted(found.kinds.items())],
        "due_since": _instant(found.due_since),
        "effect_since": _instant(found.effect_since),
        "put_off": found.put_off,
        "waiting_runs": found.waiting_runs,
        "imports": found.imports,
        "syncs": found.syncs,
        "clock": _holder(found.clock),
        "workers": [_holder(each) for each in found.workers],
        "last_failure": _effect(found.last_failure, "failed") if found.last_failure is not None else None,
        "broken": found.broken,
    }


@resource.get("/effects", query=EffectsQuery, answer=EffectPageSchema)
def waiting(query: dict[str, Any]) -> dict[str, Any]:
    """Effects that are queued, running, retried, failed or stopped, newest first"""
    page = queues.effects(workspace(), current_actor(), **query)
    return {"items": [_effect(each, query["state"]) for each in page.items], "next": page.next}


@resource.post("/effects/<effect>/replay", status=204)
def replay(effect: str) -> None:
    """Perform an effect that failed once more, with the same key"""
    effects.replay(workspace(), current_actor(), effect)


@resource.post("/effects/replay", body=ReplaySchema, answer=ReplayedSchema)
def replay_all(given: dict[str, Any]) -> dict[str, int]:
    """Perform all effects that failed (of a rule) once more, at most 500"""
    return {"replayed": effects.replay_all(workspace(), current_actor(), given["rule"])}


def _kind(kind: str, numbers: Any) -> dict[str, Any]:
    return {"kind": kind, **{state: numbers.get(state, 0) for state in STATES}}


def _holder(row: HolderRow | None) -> dict[str, str] | None:
    return None if row is None else {"name": row.holder, "since": instant_text(row.since)}


def _instant(at: int | None) -> str | None:
    return None if at is None else instant_text(at)


def _effect(shown: queues.Shown, state: str) -> dict[str, Any]:
    of, row = shown.of, cast("EffectRow", shown.of.of)
    told = queues.why(row) or {}
    return {
        "id": str(row.id),
        "kind": row.kind,
        "state": state,
        "summary": row.summary or {"en": row.kind, "zh": row.kind},
        "why": [{"en": en, "zh": zh} for en, zh in zip(told.get("en", ()), told.get("zh", ()), strict=True)],
        "attempts": row.attempts,
        "at": instant_text(of.at),
        "updated_at": instant_text(row.updated_at),
        "not_before": _instant(row.not_before),
        "firing": str(row.firing),
        "rule": {"id": of.rule, "name": shown.rule, "version": of.rule_version},
        "record": titled(workspace().model, shown.titles, of.entity, of.record),
    }
