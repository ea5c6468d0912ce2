"""May this actor do that? Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

from ruleloom.access.actor import Actor
from ruleloom.access.grants import BUILT_IN, Grant, Role, Verb, held
from ruleloom.dsl.nodes import Condition, Or
from ruleloom.messages import RuleloomError, codes


class Forbidden(RuleloomError):
    """The actor lacks the right."""

    status = 403


Holds = Callable[[Condition], bool]
"""Whether a scope holds for the record in question."""


def grants_for(actor: Actor, verb: Verb, entity: str | None, roles: Mapping[str, Role] = BUILT_IN) -> tuple[Grant, ...]:
    """Every grant of the actor's roles that allows the verb on that entity, whatever its scope and fields."""
    if roles is BUILT_IN:
        return _built_in(actor.roles, verb, entity)
    return _granted(actor.roles, verb, entity, roles)


@lru_cache(maxsize=4096)
def _built_in(names: Collection[str], verb: Verb, entity: str | None) -> tuple[Grant, ...]:
    """Asked for each field of each write."""
    return _granted(names, verb, entity, BUILT_IN)


def _granted(names: Iterable[str], verb: Verb, entity: str | None, roles: Mapping[str, Role]) -> tuple[Grant, ...]:
    return tuple(
        grant
        for role in held(names, roles)
        if verb not in role.refused.get(entity or "", frozenset())
        for grant in role.grants
        if verb in grant.verbs and grant.entity in (None, entity)
    )


def may(
    actor: Actor,
    verb: Verb,
    entity: str | None = None,
    field: str | None = None,
    holds: Holds | None = None,
    roles: Mapping[str, Role] = BUILT_IN,
) -> bool:
    """Whether some grant allows it. Without `holds` scopes are taken as possible: ask `scope_of` for the rows."""
    return any(
        (field is None or grant.fields is None or field in grant.fields)
        and (grant.scope is None or holds is None or holds(grant.scope))
        for grant in grants_for(actor, verb, entity, roles)
    )


def require(
    actor: Actor,
    verb: Verb,
    entity: str | None = None,
    field: str | None = None,
    holds: Holds | None = None,
    roles: Mapping[str, Role] = BUILT_IN,
) -> None:
    """Raises `Forbidden` unless the actor may."""
    if not may(actor, verb, entity, field, holds, roles):
        raise Forbidden.of("not-allowed", verb=verb_words(verb), entity=entity or "")


def verb_words(verb: Verb) -> dict[str, str]:
    """The verb for a sentence of each language."""
    return dict(codes()[f"verb-{verb.value}"])


def scope_of(actor: Actor, verb: Verb, entity: str, roles: Mapping[str, Role] = BUILT_IN) -> Condition | None:
    """Which rows of an entity: None for all of them; a condition to add to a query otherwise.

    Raises `Forbidden` when no grant allows the verb at all.
    """
    grants = grants_for(actor, verb, entity, roles)
    if not grants:
        raise Forbidden.of("not-allowed", verb=verb_words(verb), entity=entity)
    scopes = [grant.scope for grant in grants]
    if any(scope is None for scope in scopes):
        return None
    conditions = tuple(scope for scope in scopes if scope is not None)
    return conditions[0] if len(conditions) == 1 else Or(conditions)


def writable(
    actor: Actor, verb: Verb, entity: str, fields: frozenset[str], roles: Mapping[str, Role] = BUILT_IN
) -> frozenset[str]:
    """Which of these field keys the actor may write with that verb."""
    return frozenset(key for key in fields if may(actor, verb, entity, key, roles=roles))
