"""What people and programs look at: records, outlines, boards, history, firings; only what the actor may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.nodes import Condition
from ruleloom.dsl.types import RecordId, Value
from ruleloom.engine.store import Snapshot
from ruleloom.forms.entity import USER, Entity, Field, Model
from ruleloom.forms.fields.base import InputContext, Refused
from ruleloom.forms.fields.registry import field_types
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.missing import Missing, id_of
from ruleloom.runtime.rules.content import condition_of
from ruleloom.runtime.rules.published import Published
from ruleloom.runtime.showing import chains
from ruleloom.runtime.showing.chains import Chains
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.time.moments import instant_of
from ruleloom.runtime.workspace import Reading, Workspace
from ruleloom.storage import counter
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import change_log, firing_log, firing_search
from ruleloom.storage.records import shown
from ruleloom.storage.records.formula_values import with_formula_values
from ruleloom.storage.records.outline import Outline, TotalOf, find_outline
from ruleloom.storage.records.queries import RecordQuery, SortBy, find_page
from ruleloom.storage.records.records import Records
from ruleloom.storage.schema.catalogue import Catalogue

Item = TypeVar("Item")
PAGE = 50


class Unreadable(RuleloomError):
    """A question that cannot be asked: unknown field, wrong value."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of many, and where they go on."""

    items: Sequence[Item]
    next: str | None


class Shown(NamedTuple):
    """A record as shown: values with their fields, and titles of what it refers to, both by field key or path."""

    entity: Entity
    id: RecordId
    version: int
    values: Mapping[str, tuple[Field, Value]]
    titles: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ShownFiring:
    """A firing with its effects and how its record and rule are called now."""

    row: firing_log.FiringRow
    effects: Sequence[firing_log.EffectRow]
    rule: str
    title: Value
    titles: Mapping[tuple[str, int], Value]
    chains: Chains


@dataclass(frozen=True, slots=True)
class Told:
    """What a page of changes is told with: what led to each, and titles by (entity, id)."""

    chains: Chains
    titles: Mapping[tuple[str, int], Value]


# ---- records


def record(workspace: Workspace, actor: Actor, entity: str, record_id: str) -> Shown:
    """One live record; `Missing` (404) when there is none that the actor may see."""
    with workspace.reading() as reading:
        found = reading.published.entity(entity)
        wanted = id_of(record_id)
        require_visible(reading, actor, found.id, wanted)
        snapshot = reading.store.snapshots(found.id, [wanted]).get(wanted)
        if snapshot is None:
            raise Missing.of("not-found")
        catalogue = reading.published.catalogue
        moment = Moment(reading.now, reading.published.model.calendar, actor.user)
        return show(reading.connection, catalogue, found, [snapshot], moment)[0]


def records(
    workspace: Workspace,
    actor: Actor,
    entity: str,
    filter: Mapping[str, Any] | None = None,
    search: str | None = None,
    sort: Sequence[Mapping[str, Any]] = (),
    fields: Sequence[str] | None = None,
    group: Sequence[Mapping[str, Any]] = (),
    after: str | None = None,
    limit: int = 100,
) -> Page[Shown]:
    """One page of the records that the actor may see. `QueryError` or `TextError` (422) says what cannot be asked."""
    with workspace.reading() as reading:
        found = reading.published.entity(entity)
        query = _query(reading, actor, found, filter, search, sort, group)
        moment = Moment(reading.now, reading.published.model.calendar, actor.user)
        catalogue = reading.published.catalogue
        page = find_page(reading.connection, catalogue, query, moment, after_cursor=after, limit=limit)
        snapshots = shown.in_order(Records(reading.connection, catalogue), found.id, page.ids)
        return Page(show(reading.connection, catalogue, found, snapshots, moment, fields), page.next)


def outline(
    workspace: Workspace,
    actor: Actor,
    entity: str,
    filter: Mapping[str, Any] | None = None,
    search: str | None = None,
    sort: Sequence[Mapping[str, Any]] = (),
    group: Sequence[str] = (),
    totals: Sequence[Mapping[str, Any]] = (),
    page_size: int = 100,
    anchors: bool = True,
) -> tuple[Entity, Outline, Mapping[tuple[str, int], Value]]:
    """Counts, groups and totals of the same records, and the titles of references that groups stand for."""
    with workspace.reading() as reading:
        found = reading.published.entity(entity)
        query = _query(reading, actor, found, filter, search, sort, ())
        moment = Moment(reading.now, reading.published.model.calendar, actor.user)
        wanted = [TotalOf(total["function"], total.get("field")) for total in totals]
        made = find_outline(
            reading.connection, reading.published.catalogue, query, moment,
            group=group, totals=wanted, page_size=page_size, anchors=anchors,
        )  # fmt: skip
        return found, made, _group_titles(reading, found, group, made)


def _group_titles(
    reading: Reading, entity: Entity, group: Sequence[str], made: Outline
) -> Mapping[tuple[str, int], Value]:
    found: dict[tuple[str, int], Value] = {}
    for place, path in enumerate(group):
        target = field_at(reading.published.model, entity, path).value_type.entity
        if target is not None:
            ids = {cast("int", each.values[place]) for each in made.groups if each.values[place] is not None}
            named = shown.titles(reading.connection, reading.published.catalogue, target, ids)
            found |= {(target, each): title for each, title in named.items()}
    return found


def _query(
    reading: Reading,
    actor: Actor,
    entity: Entity,
    filter_: Mapping[str, Any] | None,
    search: str | None,
    sort: Sequence[Mapping[str, Any]],
    group: Sequence[Mapping[str, Any]],
) -> RecordQuery:
    conditions = _scope(actor, entity)
    if filter_ is not None and str(filter_.get("text", "")).strip():
        conditions += (condition_of(filter_, reading.published.model, entity.id),)
    order = tuple(SortBy(each["field"], each.get("descending", False)) for each in sort)
    chosen = tuple((each["field"], _group_value(reading.published, entity, each)) for each in group)
    return RecordQuery(entity.id, conditions, search, order, chosen)


def _group_value(published: Published, entity: Entity, given: Mapping[str, Any]) -> Value:
    if given["value"] is None:
        return None
    field = field_at(published.model, entity, given["field"])
    worked_out = str(field.value_type.kind) if field.id in published.model.formulas else None
    kind = field_types()[worked_out or ("reference" if field.type == "id" else field.type)]
    try:
        return kind.cleaner(field, InputContext(published.model.calendar))(given["value"])
    except Refused as refused:
        raise Unreadable(
            Diagnostic(refused.code, params={"field": field.name, **refused.params}, target="group")
        ) from refused


def field_at(model: Model, entity: Entity, path: str) -> Field:
    """The field at the end of a path of keys (`owner.name`); `Unreadable` when there is none."""
    here: Entity | None = entity
    field: Field | None = None
    for key in path.split("."):
        field = here.by_key.get(key) if here is not None else None
        if field is None:
            raise Unreadable(Diagnostic("unknown-field", params={"name": path[:80]}, target=path[:80]))
        here = model.entity(field.value_type.entity) if field.value_type.entity else None
    assert field is not None  # noqa: S101 - a path has at least one key
    return field


def _scope(actor: Actor, entity: Entity) -> tuple[Condition, ...]:
    scope = access.scope_of(actor, Verb.READ, entity.id)
    return () if scope is None else (scope,)


def sight(reading: Reading, actor: Actor) -> Sight:
    """What an actor may see now."""
    return Sight(reading.connection, reading.published, reading.now, actor)


def require_visible(reading: Reading, actor: Actor, entity: str, record: int) -> None:
    """Refuses records that the actor may not see (`Missing`); those that are gone are for whoever may read all."""
    sight(reading, actor).require(entity, record)


def show(
    connection: Connection,
    catalogue: Catalogue,
    entity: Entity,
    snapshots: Sequence[Snapshot],
    moment: Moment,
    fields: Sequence[str] | None = None,
    titles: Mapping[tuple[str, int], Value] | None = None,
) -> list[Shown]:
    """Records with titles; `fields`: only these keys and paths. `moment`: of which worked-out fields have values.

    `titles`: those that are known already.
    """
    snapshots = with_formula_values(connection, catalogue, entity.id, snapshots, moment)
    titles = shown.reference_titles(connection, catalogue, entity.id, snapshots, titles or {})
    keys = list(entity.by_key) if fields is None else [key for key in fields if key in entity.by_key]
    paths = [] if fields is None else [key for key in fields if key not in entity.by_key]
    ends = {path: field_at(catalogue.model, entity, path) for path in paths}
    ids = [cast("int", snapshot["id"]) for snapshot in snapshots]
    beyond = shown.path_values(connection, catalogue, entity.id, ids, paths, moment) if paths else {}
    made = []
    for snapshot in snapshots:
        values = {key: (entity.by_key[key], snapshot.get(key)) for key in keys}
        for path, value in beyond.get(cast("int", snapshot["id"]), {}).items():
            values[path] = (ends[path], value)
        named = {
            key: titles.get((field.value_type.entity, cast("int", value)))
            for key, (field, value) in values.items()
            if field.value_type.entity and key != "id" and value is not None
        }
        made.append(Shown(entity, cast("int", snapshot["id"]), int(cast("Any", snapshot["version"])), values, named))
    return made


# ---- history, firings, counters


def history(
    workspace: Workspace, actor: Actor, entity: str, record_id: str, after: str | None = None, limit: int = PAGE
) -> Page[change_log.LoggedChange]:
    """Changes of a record (deleted ones too), newest first."""
    return history_with_causes(workspace, actor, entity, record_id, after, limit)[0]


def history_with_causes(
    workspace: Workspace, actor: Actor, entity: str, record_id: str, after: str | None = None, limit: int = PAGE
) -> tuple[Page[change_log.LoggedChange], Told]:
    """The same with what led to each change, and what people and referenced records are called."""
    with workspace.reading() as reading:
        found = reading.published.entity(entity)
        seen = sight(reading, actor)
        seen.require(found.id, id_of(record_id))
        before = id_of(after) if after else None
        logged = change_log.history(reading.connection, found, id_of(record_id), before_id=before, limit=limit + 1)
        page = _cut(logged, limit)
        catalogue = reading.published.catalogue
        values = [each for change in page.items for each in (change.before, change.after)]
        referred = shown.reference_titles(reading.connection, catalogue, found.id, values)
        titles = {place: title for place, title in referred.items() if seen.one(*place)}
        people = {change.actor for change in page.items if change.actor is not None}
        named = shown.titles(reading.connection, catalogue, USER, people)
        titles |= {(USER, person): name for person, name in named.items()}
        return page, Told(chains.of_changes(reading.connection, seen, page.items), titles)


def firings(
    workspace: Workspace,
    actor: Actor,
    rule: str | None = None,
    entity: str | None = None,
    record: str | None = None,
    edge: str | None = None,
    held: bool | None = None,
    search: str | None = None,
    state: str | None = None,
    since: str | None = None,
    until: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[ShownFiring]:
    """Firings, newest first, of the entities that the actor may read; `held`: those that are held back.

    `search`: words of the rule's name or its record; `state`: of one of its effects; from `since`, before `until`.
    """
    with workspace.reading() as reading:
        of = reading.published.entity(entity).id if entity else None
        matching = firing_search.within(instant_of(since, "since"), instant_of(until, "until"))
        matching += [firing_search.said(reading.published.catalogue, search)] if search and search.strip() else []
        matching += [firing_search.with_effect(state)] if state else []
        wanted = firing_log.FiringFilter(
            rule,
            of,
            id_of(record) if record else None,
            edge,
            id_of(after) if after else None,
            held=held,
            matching=matching,
        )
        page = _cut(firing_log.page(reading.connection, wanted, limit + 1), limit)
        seen = sight(reading, actor)
        return Page(show_firings(reading.connection, seen.those(page.items), seen), page.next)


def firings_by_id(connection: Connection, ids: Sequence[int], seen: Sight) -> list[ShownFiring]:
    """These firings in the order in which they were recorded."""
    if not ids:
        return []
    rows = firing_log.page(connection, firing_log.FiringFilter(ids=ids), len(ids))
    return show_firings(connection, sorted(rows, key=lambda row: row.id), seen)


def firings_within(connection: Connection, after: int, up_to: int, limit: int, seen: Sight) -> list[ShownFiring]:
    """What fired after one instant and up to another, whoever settled it: the latest ones, in recorded order."""
    rows = firing_log.page(connection, firing_log.FiringFilter(within=(after, up_to)), limit)
    return show_firings(connection, seen.those(sorted(rows, key=lambda row: row.id)), seen)


def show_firings(connection: Connection, rows: Sequence[firing_log.FiringRow], seen: Sight) -> list[ShownFiring]:
    """Firings with effects, names of rules, what led to them, and titles of records; reasons without what is hidden."""
    led = chains.of_firings(connection, seen, rows)
    effects = firing_log.effects_of(connection, [row.id for row in rows])
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.entity, set()).add(row.record)
        for effect in effects.get(row.id, ()):
            if effect.entity is not None and effect.record is not None:
                wanted.setdefault(effect.entity, set()).add(effect.record)
    titles = seen.titles(wanted)
    names = firing_log.rule_names(connection, {row.rule for row in rows})
    return [
        ShownFiring(
            replace(row, reason=seen.explanation(row.reason)),
            effects.get(row.id, ()),
            names.get(row.rule, row.rule),
            titles.get((row.entity, row.record)),
            titles,
            led,
        )
        for row in rows
    ]


def change_counter(workspace: Workspace) -> int:
    """Moves with every committed write."""
    with workspace.database.read() as connection:
        return counter.current(connection)


def _cut(rows: Sequence[Any], limit: int) -> Page[Any]:
    more = len(rows) > limit
    return Page(rows[:limit], str(rows[limit - 1].id) if more else None)


def names_of(workspace: Workspace, users: Collection[int]) -> Mapping[int, str]:
    """What people are called, by id."""
    with workspace.reading() as reading:
        found = shown.titles(reading.connection, reading.published.catalogue, USER, users)
    return {user: str(name) for user, name in found.items()}


def board(workspace: Workspace, actor: Actor, pipeline: str, limit: int) -> dict[str, Any]:
    """The stages of a pipeline with counts and first cards; records without a stage stand in a last column."""
    with workspace.reading() as opened:
        found = next((p for p in opened.published.definitions["pipeline"] if pipeline in (str(p.id), p.key)), None)
        if found is None or found.content is None:
            raise Missing.of("not-found")
        entity, content = opened.published.model.entity(str(found.entity)), found.content
    key = content["stage_field"]
    _, made, _ = outline(workspace, actor, entity.key, group=[key])
    counts = {each.values[0]: each.count for each in made.groups}
    options = {option.value: option for option in entity.by_key[key].options}
    stages: list[Value] = [stage["value"] for stage in content["stages"]]
    columns = []
    for value in [*stages, *([None] if counts.get(None) else [])]:
        page = records(workspace, actor, entity.key, group=[{"field": key, "value": value}], limit=limit)
        option = options.get(cast("str", value))
        columns.append(
            {
                "value": value,
                "labels": option.labels if option else {},
                "color": option.color if option else None,
                "count": counts.get(value, 0),
                "items": page.items,
                "next": page.next,
            }
        )
    return {
        "pipeline": str(found.id),
        "name": found.name,
        "entity": entity.key,
        "stage_field": key,
        "columns": columns,
    }
