"""What is published at one version of the rule set: model, tables, compiled rules. Shared by threads, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.calendar import Calendar
from ruleloom.engine.ruleset import RuleBook
from ruleloom.forms.calendar_file import read_calendar
from ruleloom.forms.drawn import Drawing, read_drawing
from ruleloom.forms.entity import Entity, Model
from ruleloom.forms.entity_file import read_entity
from ruleloom.forms.fields.base import InputContext
from ruleloom.forms.fields.registry import field_types
from ruleloom.forms.findings import Findings
from ruleloom.forms.model_file import build_model
from ruleloom.forms.validation import Validator
from ruleloom.messages import RuleloomError
from ruleloom.runtime.missing import Missing
from ruleloom.runtime.rules.content import tree_of
from ruleloom.storage import workspace_settings as settings
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import parked_runs
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.schema.definitions import Content, Definition, Definitions, Head

log = structlog.get_logger()
TIMEZONE, CALENDAR, NAME, DEMO = "timezone", "calendar", "name", "demo"


@dataclass(frozen=True, slots=True)
class PublishedRule:
    """Which version of which rule is in force, and how its author named it."""

    id: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Published:
    """The published state of a workspace."""

    version: int
    model: Model
    catalogue: Catalogue
    book: RuleBook
    rules: Mapping[str, PublishedRule]
    definitions: Mapping[str, Sequence[Definition]] = field(default_factory=dict)
    """Published views, forms and pipelines by kind."""
    validators: dict[str, Validator] = field(default_factory=dict)
    """Made at first use."""
    read: dict[str, Sequence[Drawing]] = field(default_factory=dict)
    """Pipelines and forms by entity, read at first use."""
    writable: dict[tuple[str, Verb, frozenset[str]], frozenset[str]] = field(default_factory=dict)
    """Keys of fields by entity, verb and roles, worked out at first use."""
    broken: Mapping[str, RuleloomError] = field(default_factory=dict)
    """Rules that cannot be read any more, by id, with what is wrong: they do nothing until somebody mends them."""
    drawn: tuple[tuple[Content, ...], Calendar] | None = None
    """What the model was made of."""

    def entity(self, key: str) -> Entity:
        """The entity of a key (or permanent id); `Missing` (404) when there is none."""
        found = self.model.by_key.get(key)
        if found is None:
            raise Missing.of("no-entity", name=key)
        return found

    def validator(self, entity: Entity) -> Validator:
        """What cleans input for records of an entity."""
        found = self.validators.get(entity.id)
        if found is None:
            found = self.validators[entity.id] = Validator(entity, InputContext(self.model.calendar))
        return found

    def writable_by(self, actor: Actor, verb: Verb, entity: Entity) -> frozenset[str]:
        """Keys of the fields of an entity that an actor may fill with this verb."""
        place = entity.id, verb, actor.roles
        found = self.writable.get(place)
        if found is None:
            own = (field.key for field in entity.fields if not field.system and field_types()[field.type].writable)
            found = self.writable[place] = access.writable(actor, verb, entity.id, frozenset(own))
        return found

    def drawings(self, entity: Entity) -> Sequence[Drawing]:
        """The published pipelines and forms of an entity, read once."""
        found = self.read.get(entity.id)
        if found is None:
            drawn = [*self.of_entity("pipeline", entity.id), *self.of_entity("form", entity.id)]
            read = [read_drawing(each.kind, each.content, entity, self.model) for each in drawn]
            found = self.read[entity.id] = read
        return found

    def of_entity(self, kind: str, entity_id: str) -> list[Definition]:
        """Published definitions of a kind that belong to an entity."""
        return [each for each in self.definitions.get(kind, ()) if each.entity == entity_id]


def load(connection: Connection, known: Published | None = None, version: int | None = None) -> Published:
    """What is published now; `known` itself when its version is still the present one (`version`, when just read).

    What did not change since `known` is taken over from it: the model with its tables, and compiled rules.
    """
    if version is None:
        version = settings.rule_set_version(connection)
    return known if known is not None and known.version == version else anew(connection, known, version)


def anew(connection: Connection, known: Published | None, version: int | None = None) -> Published:
    """The same as a state that nobody shares, for a transaction that takes rules in and out of its book."""
    if version is None:
        version = settings.rule_set_version(connection)
    definitions = Definitions(connection)
    drawn = (tuple(each.content or {} for each in definitions.all("entity", published=True)), calendar_of(connection))
    heads = {str(head.id): head for head in definitions.heads("rule") if not head.paused}
    if known is not None and known.drawn == drawn:
        model, catalogue, book = known.model, known.catalogue, known.book.copy(_unchanged(known, heads))
    else:
        model = model_of(*drawn)
        catalogue, book = Catalogue(model), RuleBook(model)
    rules, broken = _take_in(definitions, heads, book, model)
    _keep_waited_for(connection, definitions, book, model)
    others = {kind: definitions.all(kind, published=True) for kind in ("view", "form", "pipeline")}
    return Published(version, model, catalogue, book, rules, others, broken=broken, drawn=drawn)


def _unchanged(known: Published, heads: Mapping[str, Head]) -> set[str]:
    """Rules that are in force in the same version as before."""
    return {
        id_ for id_, rule in known.rules.items()
        if id_ in heads and heads[id_].version == rule.version and id_ in known.book.rules
    }  # fmt: skip


def _take_in(
    definitions: Definitions, heads: Mapping[str, Head], book: RuleBook, model: Model
) -> tuple[dict[str, PublishedRule], dict[str, RuleloomError]]:
    """The rules in force, and those that cannot be read any more (a field is gone): they stand aside.

    Those that the book has already are as they were.
    """
    rules, broken = dict[str, PublishedRule](), dict[str, RuleloomError]()
    contents = definitions.contents("rule", [head.id for id_, head in heads.items() if id_ not in book.rules])
    for id_, head in heads.items():
        try:
            if id_ not in book.rules:
                book.add(id_, tree_of(contents[head.id], model))
        except RuleloomError as error:
            broken[id_] = error
            log.error("rule put aside", rule=head.name, problems=[d.code for d in error.diagnostics])
            continue
        rules[id_] = PublishedRule(id_, head.name, head.version)
    return rules, broken


def _keep_waited_for(connection: Connection, definitions: Definitions, book: RuleBook, model: Model) -> None:
    """What runs of earlier versions wait for is watched too; one that cannot be read says so when its time is over."""
    for rule, number, version, watch in parked_runs.waited_for(connection):
        if watch in book.watches:
            continue
        try:
            book.keep(tree_of(definitions.version(int(rule), number).content, model), version)
        except RuleloomError as error:
            log.error("waiting run put aside", rule=rule, problems=[d.code for d in error.diagnostics])


def model_of(
    contents: Sequence[Content],
    calendar: Calendar,
    error: type[RuleloomError] | None = None,
    *,
    formulas: bool = True,
) -> Model:
    """The model of the contents of entity definitions, with the built-in entities; raises everything that is wrong.

    Without `formulas` it knows names and types only (`build_model`).
    """
    findings = Findings()
    drafts = [read_entity(dict(content), str(content.get("name")), findings) for content in contents]
    model = build_model([draft for draft in drafts if draft is not None], calendar, findings, formulas=formulas)
    findings.raise_if_any(*([error] if error else []))
    return model


def calendar_of(connection: Connection) -> Calendar:
    """The workspace's calendar."""
    findings = Findings()
    timezone, given = settings.read(connection, TIMEZONE, "UTC"), settings.read(connection, CALENDAR)
    calendar = read_calendar(timezone, given, findings)
    findings.raise_if_any()
    return calendar
