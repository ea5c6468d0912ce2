"""Paths and collections: what the names of a rule mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard, cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.checker import Checker, Scope, called, kind_name, parts, span
from ruleloom.dsl.checking.durations import suits_unit, window_of
from ruleloom.dsl.checking.names import nearest
from ruleloom.dsl.keywords import value_words
from ruleloom.dsl.reading.syntax import Part, Syntax, Token
from ruleloom.dsl.types import Kind, ValueType
from ruleloom.dsl.vocabulary import CollectionWords, EntityWords, FieldWords

USER_KEY = "user"


def user_entity(c: Checker) -> EntityWords | None:
    """The entity of people."""
    return next((entity for entity in c.names.vocabulary.entities if entity.key == USER_KEY), None)


def is_writable(field: FieldWords) -> bool:
    """Whether rules may give a field a value: it is neither the system's nor worked out."""
    return not getattr(field, "system", False) and getattr(field, "type", "") not in ("formula", "autonumber")


def is_worked_out(c: Checker, path: n.Path) -> bool:
    """Whether a path ends with a field that is made of others and has no stored value."""
    return bool(path.fields) and getattr(c.names.vocabulary.field(path.fields[-1])[1], "type", "") == "formula"


def find_entity(c: Checker, token: Token) -> EntityWords | None:
    """The entity that a word names; reported when there is none."""
    if not token.value:
        return None
    found = c.names.entities(token.value)
    if len(found) == 1:
        return found[0]
    if found:
        c.wrong("ambiguous-name", token, c.name_fix(found[0].name), names=[entity.name for entity in found])
        return None
    near = c.names.near_entities(token.value)
    c.wrong("no-such-entity", token, c.name_fix(near), name=token.value, hint=c.hint(near))
    return None


def find_field(c: Checker, token: Token, entity: EntityWords, scope: Scope | None = None) -> FieldWords | None:
    """The field of an entity that a word names; reported when there is none."""
    if not token.value:
        return None
    found = c.names.fields(entity.id, token.value)
    if len(found) == 1:
        return found[0]
    if found:
        c.wrong("ambiguous-name", token, c.name_fix(found[0].name), names=[field.name for field in found])
        return None
    _report_unknown(c, token, entity, scope)
    return None


def _report_unknown(c: Checker, token: Token, entity: EntityWords, scope: Scope | None) -> None:
    word = token.value
    if c.names.collections(entity.id, word):
        c.wrong("collection-as-value", token, name=word)
        return
    if scope is not None and scope.row is entity and scope.this is not None and c.names.fields(scope.this.id, word):
        this = {"en": "this.", "zh": "本记录."}[c.language]
        c.wrong("field-of-this", token, this + c.written(token), name=word, entity=called(entity))
        return
    near = c.names.near_fields(entity.id, word, collections=scope is not None)
    value_word = nearest(word, value_words(c.language)) if near is None and scope is not None else None
    if value_word is not None:
        c.wrong("mistyped-word", token, value_word, right=value_word)
        return
    c.wrong("no-such-field", token, c.name_fix(near), name=word, entity=called(entity), hint=c.hint(near))


@dataclass(slots=True)
class Route:
    """A path as far as it could be followed."""

    root: n.Root
    start: EntityWords
    steps: list[tuple[Token, FieldWords | CollectionWords]]
    end: EntityWords | None
    """The entity stood on after the last step; None after a plain field."""

    @property
    def value_type(self) -> ValueType:
        """The type of what the path ends at."""
        if self.steps:
            last = self.steps[-1][1]
            if not isinstance_collection(last):
                return cast(FieldWords, last).value_type
        return ValueType(Kind.RECORD, entity=self.end.id if self.end else None)


def isinstance_collection(step: FieldWords | CollectionWords) -> TypeGuard[CollectionWords]:
    """Whether a step leads back to the records that hold a reference."""
    return hasattr(step, "via")


def _root_of(c: Checker, path: Syntax, scope: Scope) -> tuple[n.Root, EntityWords | None, Sequence[Token]]:
    tokens = [child for child in path.children if isinstance(child, Token)]
    first, rest = tokens[0], tokens[1:]
    if first.type == "THIS":
        return "this", scope.this, rest
    if first.type == "ME":
        return "me", user_entity(c), rest
    return scope.root, scope.home, tokens


def follow(c: Checker, path: Syntax, scope: Scope, want: Literal["value", "collection"]) -> Route | None:
    """Follow a path from its root; None when a name is unknown (reported)."""
    root, entity, tokens = _root_of(c, path, scope)
    if entity is None:
        if not scope.silent and any(token.value for token in tokens):
            c.wrong("no-record-known", path)
        return None
    return _follow(c, Route(root, entity, [], entity), tokens, scope, want)


def _follow(
    c: Checker, route: Route, tokens: Sequence[Token], scope: Scope, want: Literal["value", "collection"]
) -> Route | None:
    backs = 0
    for position, token in enumerate(tokens):
        if route.end is None:
            before = route.steps[-1][1]
            kind = kind_name(before.value_type.kind)  # type: ignore[union-attr]
            c.wrong("no-reference", token, name=called(before), kind=kind)
            return None
        step = _step(c, token, route.end, scope if position == 0 else None, want, backs)
        if step is None:
            return None
        route.steps.append((token, step))
        if isinstance_collection(step):
            backs += 1
            route.end = c.names.vocabulary.entity(step.entity)
        else:
            found = cast(FieldWords, step).value_type
            route.end = c.names.vocabulary.entity(found.entity) if found.kind is Kind.RECORD and found.entity else None
    return route


def _step(
    c: Checker,
    token: Token,
    entity: EntityWords,
    scope: Scope | None,
    want: Literal["value", "collection"],
    backs: int,
) -> FieldWords | CollectionWords | None:
    if want == "collection":
        collections = c.names.collections(entity.id, token.value)
        fields = c.names.fields(entity.id, token.value)
        if len(collections) == 1 and not (fields and backs):
            return collections[0]
        if len(collections) > 1 and not fields:
            c.wrong("ambiguous-name", token, c.name_fix(collections[0].name), names=[each.name for each in collections])
            return None
        if not collections and not fields:
            _report_unknown_collection(c, token, entity, backs)
            return None
    return find_field(c, token, entity, scope or Scope(None))


def _report_unknown_collection(c: Checker, token: Token, entity: EntityWords, backs: int) -> None:
    if not token.value:
        return
    near = c.names.near_collections(entity.id, token.value) if not backs else None
    near = near or c.names.near_fields(entity.id, token.value)
    if not near and c.names.entities(token.value):
        c.wrong("unrelated-entity", token, name=token.value, entity=called(entity))
        return
    c.wrong("unknown-collection", token, c.name_fix(near), name=token.value, entity=called(entity), hint=c.hint(near))


def path_of(c: Checker, part: Syntax, scope: Scope) -> n.Expression | None:
    """A path as a value: `owner.manager.name`, `this`, `me`."""
    route = follow(c, part, scope, "value")
    if route is None:
        return None
    if route.root == "me" and not route.steps:
        return n.Me(span=span(part))
    return n.Path(route.root, tuple(step.id for _, step in route.steps), route.value_type, span=span(part))  # type: ignore[union-attr]


# ---- collections --------------------------------------------------------------------------------------------------


def looks_like_collection(c: Checker, part: Part, scope: Scope) -> bool:
    """Whether a path leads to related records rather than to a value."""
    if not isinstance(part, Syntax) or part.kind != "path":
        return False
    kept = c.diagnostics
    c.diagnostics = []
    route = follow(c, part, scope, "collection")
    c.diagnostics = kept
    return route is not None and any(isinstance_collection(step) for _, step in route.steps)


@dataclass(slots=True)
class Related:
    """A collection, and the value of each row where the path goes on to one."""

    collection: n.Collection
    value: n.Path | None
    entity: EntityWords


def related(c: Checker, part: Part, scope: Scope, extra: n.Window | None = None) -> Related | None:
    """`orders.amount where (…) in the last 30 days`; `extra` is a window written before the quantifier."""
    return c.one(part, lambda reading: _related(c, reading, scope, extra))


def _related(c: Checker, part: Part, scope: Scope, extra: n.Window | None) -> Related | None:
    if not isinstance(part, Syntax):
        return None
    given: list[Part] = list(parts(part)) if part.kind == "collection" else [part]
    if isinstance(given[0], Syntax) and given[0].kind == "within":
        given[:1] = given[0].children
    source, *modifiers = given
    base = c.one(source, lambda reading: _source(c, reading, scope))
    if base is None:
        return None
    where, windows, failed = _modified(c, modifiers, scope.inside(base.entity))
    windows += [] if extra is None else [extra]
    if failed:
        return None
    if len(windows) > 1:
        c.wrong("two-windows", part)
        return None
    window = windows[0] if windows else None
    if window is not None and not suits_unit(c, window, base.entity.time_field.value_type.kind, part):
        return None
    collection = n.Collection(
        base.collection.root, base.collection.hops, base.entity.id, where, window, span=span(part)
    )
    return Related(collection, base.value, base.entity)


def _modified(c: Checker, modifiers: Sequence[Part], scope: Scope) -> tuple[n.Condition | None, list[n.Window], bool]:
    """The condition and the windows of a collection, and whether one of them is wrong."""
    where: n.Condition | None = None
    windows: list[n.Window] = []
    failed = False
    for modifier in modifiers:
        window: n.Window | None
        if isinstance(modifier, Syntax) and modifier.kind == "where":
            where, window = _where(c, modifier, scope)
            failed |= where is None
        else:
            window = window_of(c, modifier)
            failed |= window is None
        windows += [] if window is None else [window]
    return where, windows, failed


def _source(c: Checker, part: Part, scope: Scope) -> Related | None:
    if not isinstance(part, Syntax):
        return None
    if part.kind == "lookup":
        return _lookup(c, part, scope)
    if part.kind != "path":
        c.wrong("not-a-collection", part)
        return None
    route = follow(c, part, scope, "collection")
    if route is None:
        return None
    last_back = max((i for i, (_, step) in enumerate(route.steps) if isinstance_collection(step)), default=-1)
    if last_back < 0:
        c.wrong("not-a-collection", part)
        return None
    entity = c.names.vocabulary.entity(route.steps[last_back][1].entity)  # type: ignore[union-attr]
    hops = tuple(
        n.Hop(step.via, "back", span=span(token))
        if isinstance_collection(step)
        else n.Hop(cast(FieldWords, step).id, "forward", span=span(token))
        for token, step in route.steps[: last_back + 1]
    )
    return Related(n.Collection(route.root, hops, entity.id), _value_path(route, last_back, part), entity)


def _value_path(route: Route, last_back: int, part: Part) -> n.Path | None:
    rest = route.steps[last_back + 1 :]
    if not rest:
        return None
    return n.Path("row", tuple(step.id for _, step in rest), route.value_type, span=span(part))  # type: ignore[union-attr]


def _lookup(c: Checker, part: Syntax, scope: Scope) -> Related | None:
    path = part.children[-1]
    if not isinstance(path, Syntax):
        return None
    first, *rest = [child for child in path.children if isinstance(child, Token)]
    entity = find_entity(c, first) if first.type == "NAME" else scope.this
    if entity is None:
        return None
    route = _follow(c, Route("row", entity, [], entity), rest, Scope(None), "value")
    if route is None:
        return None
    return Related(n.Collection("this", (), entity.id), _value_path(route, -1, part), entity)


def _where(c: Checker, part: Syntax, scope: Scope) -> tuple[n.Condition | None, n.Window | None]:
    """The condition of `where`, and the window that the parser gave to it although it belongs to the collection."""
    inner = part.children[-1]
    if isinstance(inner, Syntax) and inner.kind == "within" and _is_no_time(c, inner.children[0], scope):
        return c.condition(inner.children[0], scope), window_of(c, inner.children[1])
    return c.condition(inner, scope), None


def _is_no_time(c: Checker, part: Part, scope: Scope) -> bool:
    """Whether a parenthesised left side of a window is a condition and not a value."""
    from ruleloom.dsl.checking.conditions import CONDITIONS
    from ruleloom.dsl.kinds import kind_of

    if not isinstance(part, Syntax) or part.kind != "group":
        return False
    inner = part.children[0]
    while isinstance(inner, Syntax) and inner.kind == "group":
        inner = inner.children[0]
    if not isinstance(inner, Syntax) or inner.kind in CONDITIONS:
        return True
    kept = c.diagnostics
    c.diagnostics = []
    value = c.value(inner, scope)
    c.diagnostics = kept
    return value is None or kind_of(value) not in (Kind.DATE, Kind.DATETIME)
