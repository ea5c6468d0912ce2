"""`/rules`: when what becomes true, then what is done; with pause, preview and explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

from marshmallow import Schema, fields, validate

from ruleloom.api.calendar import CalendarSettingsSchema
from ruleloom.api.door.conditional import etag
from ruleloom.api.door.here import workspace
from ruleloom.api.door.problems import reader_language
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.drawn import drawn
from ruleloom.api.shapes.firings import firing_json
from ruleloom.api.shapes.shared import LANGUAGES, BothSchema, ExplainedSchema, FiringSchema, TextSchema, TitledSchema
from ruleloom.api.shapes.wire import instant_text
from ruleloom.forms.entity import USER
from ruleloom.runtime.commands import definitions, rules, why
from ruleloom.runtime.rules import health as rule_health
from ruleloom.runtime.showing import reading
from ruleloom.storage.logs.rule_pauses import PauseRow
from ruleloom.storage.schema.definitions import Definition


class ShownRuleSchema(TextSchema):
    """The rule as written, in plain words, and in the other language."""

    tree = fields.Raw(required=True, allow_none=True)
    sentence = fields.Nested(BothSchema, required=True, allow_none=True)
    formatted = fields.Nested(BothSchema, required=True, allow_none=True)


class SampleSchema(Schema):
    """A record that matches, or will; with `C for D` since when C holds and when D is over, as far as it matters."""

    id = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    since = fields.String(required=True, allow_none=True)
    due = fields.String(required=True, allow_none=True)


class WaitingSchema(Schema):
    """Records for which time runs, those that are due first; `unsure`: not known since when, D counts from now."""

    count = fields.Integer(required=True)
    sample = fields.List(fields.Nested(SampleSchema), required=True)
    unsure = fields.Boolean(required=True)


class RulePreviewSchema(Schema):
    """How many records of the entity match now, and some of them; `waiting` only with `C for D`."""

    matching = fields.Integer(required=True)
    total = fields.Integer(required=True)
    sample = fields.List(fields.Nested(SampleSchema), required=True)
    sentence = fields.Nested(BothSchema, required=True)
    waiting = fields.Nested(WaitingSchema, required=True, allow_none=True)


class RuleListenedSchema(Schema):
    """Changes after which a rule is looked at; `way`: from its record to the changed one; no fields: any of them."""

    entity = fields.Nested(BothSchema, required=True)
    way = fields.List(fields.Nested(BothSchema), required=True)
    fields_ = fields.List(fields.Nested(BothSchema), required=True, data_key="fields", attribute="fields")
    events = fields.List(fields.String(validate=validate.OneOf(["created", "updated", "deleted"])), required=True)
    everywhere = fields.Boolean(required=True)


class RuleFindingSchema(Schema):
    """How changes find a rule: `keys` is looked up (null: it is asked about each record), `rest` is checked then.

    `shared`: how many other rules in force are found by the same; `timed`: passing time alone may make it true.
    """

    listens = fields.List(fields.Nested(RuleListenedSchema), required=True)
    keys = fields.Nested(BothSchema, required=True, allow_none=True)
    rest = fields.Nested(BothSchema, required=True, allow_none=True)
    shared = fields.Integer(required=True)
    timed = fields.Boolean(required=True)


class SwitchedSchema(Schema):
    """Where a rule stands after pausing or resuming."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    version = fields.Integer(required=True)


class ExplainSchema(Schema):
    """A rule or condition and the record to explain it on; `at`: another instant than now."""

    text = fields.String(required=True)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    entity = fields.String()
    record = fields.String(required=True)
    at = fields.String()


class WhyQuery(Schema):
    """Which record, and at which instant (left out: now)."""

    record = fields.String(required=True)
    at = fields.String()


class StandingSchema(Schema):
    """How a rule stands with a record, in one word; `since` when that began, `firing` which one it was."""

    state = fields.String(required=True, validate=validate.OneOf(get_args(why.State)))
    since = fields.String(required=True, allow_none=True)
    firing = fields.String(required=True, allow_none=True)


class AskedRuleSchema(Schema):
    """The rule with the version that was in force; null: none was."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True)


class CalendarThenSchema(CalendarSettingsSchema):
    """The calendar by which the past was judged, where it is not today's, and `until` when it held."""

    until = fields.String(required=True)


class WhySchema(Schema):
    """Why a rule did, or did not, for one record at one instant."""

    rule = fields.Nested(AskedRuleSchema, required=True)
    record = fields.Nested(TitledSchema, required=True)
    at = fields.String(required=True)
    standing = fields.Nested(StandingSchema, required=True)
    reason = fields.Nested(ExplainedSchema, required=True, allow_none=True)
    firings = fields.List(fields.Nested(FiringSchema), required=True)
    deadline = fields.String(required=True, allow_none=True)
    calendar = fields.Nested(CalendarThenSchema, required=True, allow_none=True)


class NextSchema(Schema):
    """When time alone may make a rule fire; `near`: records that may be due within a day; `tick`: a schedule's hour."""

    at = fields.String(required=True)
    near = fields.Integer(required=True)
    tick = fields.Boolean(required=True)


class RuleHealthSchema(Schema):
    """How a rule is doing; `days`: firings of each of the last seven days, oldest first."""

    rule = fields.String(required=True)
    health = fields.String(required=True, validate=validate.OneOf(get_args(rule_health.Health)))
    last_firing = fields.String(required=True, allow_none=True)
    days = fields.List(fields.Integer(), required=True)
    next = fields.Nested(NextSchema, required=True, allow_none=True)
    failed = fields.Integer(required=True)
    problems = fields.List(fields.String(), required=True)
    stopped_at = fields.String(required=True, allow_none=True)


class RulesHealthSchema(Schema):
    """All rules that the reader may see."""

    items = fields.List(fields.Nested(RuleHealthSchema), required=True)


class PauseSchema(Schema):
    """A stretch in which a rule did nothing; `until` null: it lasts; `stopped`: by itself, else somebody paused it."""

    since = fields.String(required=True)
    since_by = fields.Nested(TitledSchema, required=True, allow_none=True)
    until = fields.String(required=True, allow_none=True)
    until_by = fields.Nested(TitledSchema, required=True, allow_none=True)
    stopped = fields.Boolean(required=True)


class PausesSchema(Schema):
    """The pauses of a rule, newest first."""

    items = fields.List(fields.Nested(PauseSchema), required=True)


class AnsweringSchema(Schema):
    """A rule that what another one writes can set off: which field of which entity, and whether it is made or gone."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    entity = fields.Nested(BothSchema, required=True)
    field = fields.Nested(BothSchema, required=True, allow_none=True)
    way = fields.String(required=True, validate=validate.OneOf(("updated", "created", "deleted")))


class DepartureSchema(Schema):
    """What goes with a rule: waiting runs go on to their end, `held` firings are never performed any more."""

    waiting_runs = fields.Integer(required=True)
    queued = fields.Integer(required=True)
    held = fields.Integer(required=True)
    answering = fields.List(fields.Nested(AnsweringSchema), required=True)


resource = drawn("rule", "rules", "When what becomes true, then what is done.", TextSchema, ShownRuleSchema)


@resource.post("/rules/preview", body=TextSchema, answer=RulePreviewSchema)
def preview(given: dict[str, Any]) -> Any:
    """How many records match now, and which"""
    return rules.preview(workspace(), current_actor(), given["text"], given["language"])


@resource.post("/rules/finding", body=TextSchema, answer=RuleFindingSchema)
def finding(given: dict[str, Any]) -> Any:
    """How a change finds a rule: what it listens to, what is looked up, what is left to be checked"""
    return rules.finding(workspace(), current_actor(), given["text"], given["language"])


@resource.post("/rules/explain", body=ExplainSchema, answer=ExplainedSchema)
def explain(given: dict[str, Any]) -> Any:
    """Why a condition holds or not for one record, part by part"""
    return why.explain(workspace(), current_actor(), **given)


@resource.get("/rules/health", answer=RulesHealthSchema)
def health() -> dict[str, Any]:
    """How all rules are doing: latest firings, failures, what is due next"""
    reader = reader_language()
    found = rule_health.of_all(workspace(), current_actor())
    return {"items": [{**asdict(each), "problems": [d.message(reader) for d in each.problems]} for each in found]}


@resource.get("/rules/<drawn_id>/why", query=WhyQuery, answer=WhySchema)
def why_(query: dict[str, Any], drawn_id: str) -> dict[str, Any]:
    """Why a rule fired, or did not, for a record now or at a past instant"""
    found = why.why(workspace(), current_actor(), drawn_id, **query)
    firings = [firing_json(workspace().model, each) for each in found.firings]
    return {
        "rule": found.rule,
        "record": found.record,
        "at": found.at,
        "standing": asdict(found.standing),
        "reason": found.reason,
        "firings": firings,
        "deadline": found.deadline,
        "calendar": found.calendar,
    }


@resource.get("/rules/<drawn_id>/uses", answer=DepartureSchema)
def uses(drawn_id: str) -> Any:
    """What goes with a rule when it is deleted: to be asked before"""
    return definitions.departure(workspace(), current_actor(), drawn_id)


@resource.post("/rules/<drawn_id>/pause", answer=SwitchedSchema)
def pause(drawn_id: str) -> Any:
    """Stop a rule; its conditions are dropped without an edge"""
    return _switched(definitions.pause(workspace(), current_actor(), "rule", drawn_id))


@resource.post("/rules/<drawn_id>/resume", answer=SwitchedSchema)
def resume(drawn_id: str) -> Any:
    """Let a paused rule go on; records that match now do not fire"""
    return _switched(definitions.resume(workspace(), current_actor(), "rule", drawn_id))


@resource.get("/rules/<drawn_id>/pauses", answer=PausesSchema)
def pauses(drawn_id: str) -> dict[str, Any]:
    """When a rule stood still although it was published, and who paused it and let it go on"""
    found = definitions.pauses(workspace(), current_actor(), drawn_id)
    people = {by for each in found for by in (each.since_by, each.until_by) if by is not None}
    names = reading.names_of(workspace(), people)
    return {"items": [_pause(each, names) for each in found]}


def _pause(found: PauseRow, names: Mapping[int, str]) -> dict[str, Any]:
    def person(by: int | None) -> dict[str, Any] | None:
        return None if by is None else {"entity": USER, "id": str(by), "title": names.get(by)}

    return {
        "since": instant_text(found.since),
        "since_by": person(found.since_by),
        "until": None if found.until is None else instant_text(found.until),
        "until_by": person(found.until_by),
        "stopped": found.stopped,
    }


def _switched(found: Definition) -> tuple[dict[str, Any], dict[str, str]]:
    return {"id": str(found.id), "status": found.status, "version": found.revision}, etag(found.revision)
