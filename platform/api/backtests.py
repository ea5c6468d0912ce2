"""`/backtests`: a rule played over what has happened in the workspace, before it touches the present."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.problems import reader_language
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.shared import BothSchema, PageQuery
from ruleloom.api.shapes.wire import instant_text
from ruleloom.messages import text
from ruleloom.runtime.backtest import service
from ruleloom.runtime.backtest.history import BUSINESS, RECORDED
from ruleloom.runtime.backtest.result import BOTH, SHIFTED, A, B
from ruleloom.runtime.missing import id_of
from ruleloom.storage.logs.backtest_log import BacktestRow

resource = Resource("backtests", "Rules tried on the past of the workspace; nothing is written but the result.")
PAGE, RECENT = 50, 10
STATUSES = ("waiting", "running", "stopping", "stopped", "done", "failed")
GROUPS = (A, B, BOTH, SHIFTED)


class NewBacktestSchema(Schema):
    """What to play: the draft (or what is published, without one) or a version; `compare`: a version beside it.

    The period is the last so many days, or from–to. `history`: changes as they were recorded, or records as if each
    had come in at its business time.
    """

    version = fields.Integer(allow_none=True, validate=validate.Range(1))
    compare = fields.Integer(allow_none=True, validate=validate.Range(1))
    last_days = fields.Integer(validate=validate.Range(1, service.LONGEST))
    since = fields.String(data_key="from")
    until = fields.String(data_key="to")
    history = fields.String(validate=validate.OneOf((RECORDED, BUSINESS)))


class DaySchema(Schema):
    """Hits of one local day; days without any are left out."""

    day = fields.String(required=True)
    hits = fields.Integer(required=True)


class TimesSchema(Schema):
    """Of how many records there were so many hits."""

    times = fields.Integer(required=True)
    records = fields.Integer(required=True)


class EffectCountSchema(Schema):
    """How much of one kind: messages count once for each person; `entity` where records were written."""

    kind = fields.String(required=True)
    entity = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True)


class PersonSchema(Schema):
    """Messages and tasks of one person."""

    user = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    messages = fields.Integer(required=True)
    tasks = fields.Integer(required=True)


class OftenSchema(Schema):
    """A record that was hit most often."""

    record = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    hits = fields.Integer(required=True)


class SideSchema(Schema):
    """What came of one version; `matching_at_start`: records that matched already and did not fire."""

    version = fields.Integer(required=True, allow_none=True)
    sentence = fields.Nested(BothSchema, required=True)
    matching_at_start = fields.Integer(required=True)
    hits = fields.Integer(required=True)
    records = fields.Integer(required=True)
    blocked = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    ended = fields.Integer(required=True)
    left_out = fields.Integer(required=True)
    days = fields.List(fields.Nested(DaySchema), required=True)
    peak = fields.Nested(DaySchema, required=True, allow_none=True)
    effects = fields.List(fields.Nested(EffectCountSchema), required=True)
    people = fields.List(fields.Nested(PersonSchema), required=True)
    times = fields.List(fields.Nested(TimesSchema), required=True)
    most = fields.List(fields.Nested(OftenSchema), required=True)


class ComparisonSchema(Schema):
    """Hits at the same instant, of one side only, and at another instant."""

    both = fields.Integer(required=True)
    a = fields.Integer(required=True)
    b = fields.Integer(required=True)
    shifted = fields.Integer(required=True)


class BacktestResultSchema(Schema):
    """What a backtest found; `known_since`: the first change that was logged of what the rule reads.

    `late`: records that were entered more than a day after their business time. `kept`: hits that can be listed.
    """

    entity = fields.String(required=True)
    known_since = fields.String(required=True, allow_none=True)
    late = fields.Integer(required=True)
    records = fields.Integer(required=True)
    events = fields.Integer(required=True)
    seconds = fields.Float(required=True)
    sides = fields.List(fields.Nested(SideSchema), required=True)
    comparison = fields.Nested(ComparisonSchema, required=True, allow_none=True)
    kept = fields.Integer(required=True)


class BacktestSchema(Schema):
    """A backtest: what is played, how far it is, and what was found."""

    id = fields.String(required=True)
    rule = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    versions = fields.List(fields.Integer(allow_none=True), required=True)
    since = fields.String(required=True, data_key="from")
    until = fields.String(required=True, data_key="to")
    history = fields.String(required=True, validate=validate.OneOf((RECORDED, BUSINESS)))
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    errors = fields.List(fields.String(), required=True)
    result = fields.Nested(BacktestResultSchema, required=True, allow_none=True)
    created_at = fields.String(required=True)


class BacktestsSchema(Schema):
    """The latest backtests of a rule."""

    items = fields.List(fields.Nested(BacktestSchema), required=True)


class HitsQuery(PageQuery):
    """Which hits; `group`: of one side only (`a`, `b`), of `both` at once, or `shifted`."""

    group = fields.String(validate=validate.OneOf(GROUPS))
    record = fields.String()


class TriedEffectSchema(Schema):
    """What an action would have done; only what applies is there."""

    kind = fields.String(required=True)
    text = fields.String()
    people = fields.List(fields.String())
    entity = fields.String()
    records = fields.Integer()
    problem = fields.Nested(BothSchema)


class HitSchema(Schema):
    """A firing as it would have been; `reason`: why, with the values of then."""

    at = fields.String(required=True)
    edge = fields.String(required=True)
    reason = fields.Raw(required=True, allow_none=True)
    effects = fields.List(fields.Nested(TriedEffectSchema), required=True)


class HitPairSchema(Schema):
    """A hit of a record by one version or by both."""

    id = fields.String(required=True)
    group = fields.String(required=True, validate=validate.OneOf(GROUPS))
    record = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    a = fields.Nested(HitSchema, required=True, allow_none=True)
    b = fields.Nested(HitSchema, required=True, allow_none=True)


class HitPageSchema(Schema):
    """Hits in the order of time."""

    items = fields.List(fields.Nested(HitPairSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@resource.post("/rules/<rule_id>/backtests", body=NewBacktestSchema, answer=BacktestSchema, status=201)
def begin(given: dict[str, Any], rule_id: str) -> dict[str, Any]:
    """Play a rule over the past; a short run is done when this answers, a long one says how far it is"""
    return _json(service.begin(workspace(), current_actor(), rule_id, **given))


@resource.get("/rules/<rule_id>/backtests", answer=BacktestsSchema)
def recent(rule_id: str) -> dict[str, Any]:
    """The latest backtests of a rule, newest first"""
    return {"items": [_json(row) for row in service.recent(workspace(), current_actor(), rule_id, RECENT)]}


@resource.get("/backtests/<backtest_id>", answer=BacktestSchema)
def read(backtest_id: str) -> dict[str, Any]:
    """How far a backtest is, and what it found when it is done"""
    return _json(service.read(workspace(), current_actor(), id_of(backtest_id)))


@resource.get("/backtests/<backtest_id>/hits", query=HitsQuery, answer=HitPageSchema)
def hits(query: dict[str, Any], backtest_id: str) -> dict[str, Any]:
    """Who would have been hit, when and why, page by page"""
    limit = query.get("limit", PAGE)
    groups = [query["group"]] if "group" in query else []
    record = id_of(query["record"]) if "record" in query else None
    after = id_of(query.get("after") or "0")
    found = service.hits(workspace(), current_actor(), id_of(backtest_id), after, limit, groups, record)
    items = [
        {
            "id": str(each.row.position),
            "group": each.row.group,
            "record": str(each.row.record),
            "title": None if each.title is None else str(each.title),
            **each.row.content,
        }
        for each in found
    ]
    return {"items": items, "next": items[-1]["id"] if len(items) == limit else None}


@resource.post("/backtests/<backtest_id>/stop", answer=BacktestSchema)
def stop(backtest_id: str) -> dict[str, Any]:
    """Stop a run that is not done yet"""
    return _json(service.stop(workspace(), current_actor(), id_of(backtest_id)))


def _json(row: BacktestRow) -> dict[str, Any]:
    request, found = row.request, row.result or {}
    reader = reader_language()
    return {
        "id": str(row.id),
        "rule": str(row.rule),
        "status": row.status,
        "versions": [side["version"] for side in request["sides"]],
        "since": instant_text(request["from"]),
        "until": instant_text(request["to"]),
        "history": request["history"],
        "done": row.progress["done"],
        "total": row.progress["total"],
        "errors": [text(each["code"], reader, each["params"]) for each in found.get("errors", ())],
        "result": _result(request, found) if row.status == "done" else None,
        "created_at": instant_text(row.created_at),
    }


def _result(request: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The result with what was played on each side."""
    sides = [
        {"version": asked["version"], "sentence": asked["sentence"], **numbers}
        for asked, numbers in zip(request["sides"], found["sides"], strict=True)
    ]
    return {**found, "sides": sides}
