"""`/runs`: runs of rules that wait between two actions."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.firings import titled
from ruleloom.api.shapes.shared import BothSchema, FiringRuleSchema, PageQuery, TitledSchema
from ruleloom.api.shapes.wire import instant_text
from ruleloom.runtime.durable import waiting_runs
from ruleloom.runtime.durable.waiting_runs import WaitingRun

resource = Resource("runs", "Runs of rules that wait between two actions.")


class RunsQuery(PageQuery):
    """Of one rule or record."""

    rule = fields.String()
    record = fields.String()


class RunSchema(Schema):
    """A waiting run: of which rule version on which record, what it waits for, until when at the latest, what then."""

    id = fields.String(required=True)
    rule = fields.Nested(FiringRuleSchema, required=True)
    record = fields.Nested(TitledSchema, required=True)
    firing = fields.String(required=True)
    since = fields.String(required=True)
    until = fields.String(required=True, allow_none=True)
    waits = fields.Nested(BothSchema, required=True, allow_none=True)
    then = fields.List(fields.Nested(BothSchema), required=True)


class RunPageSchema(Schema):
    """A page of waiting runs, oldest first."""

    items = fields.List(fields.Nested(RunSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@resource.get("/runs", query=RunsQuery, answer=RunPageSchema)
def read(query: dict[str, Any]) -> dict[str, Any]:
    """Runs that wait, oldest first"""
    page = waiting_runs.page(workspace(), current_actor(), **query)
    return {"items": [_run(each) for each in page.items], "next": page.next}


@resource.post("/runs/<run>/cancel", status=204)
def cancel(run: str) -> None:
    """Let a waiting run do nothing more; what it did before stays"""
    waiting_runs.cancel(workspace(), current_actor(), run)


@resource.post("/runs/<run>/skip", status=204)
def skip(run: str) -> None:
    """Let a waiting run go on now"""
    waiting_runs.skip_ahead(workspace(), current_actor(), run)


def _run(found: WaitingRun) -> dict[str, Any]:
    of, row = found.shown.of, found.row
    return {
        "id": str(row.id),
        "rule": {"id": of.rule, "name": found.shown.rule, "version": of.rule_version},
        "record": titled(workspace().model, found.shown.titles, of.entity, of.record),
        "firing": str(row.firing),
        "since": instant_text(of.at if row.parked_at is None else row.parked_at),
        "until": None if row.wake is None else instant_text(row.wake),
        "waits": found.waits,
        "then": found.then,
    }
