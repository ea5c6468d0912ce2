"""Who may do what."""

import pytest

from ruleloom.access import WORKSPACE, Actor, Forbidden, Grant, Role, Verb, may, require, scope_of, writable
from ruleloom.dsl.nodes import Compare, Me, Or, Path
from ruleloom.dsl.types import Kind, ValueType

OWNER = ValueType(Kind.RECORD, entity="user")
MINE = Compare("=", Path("this", ("visit.owner",), OWNER), Me())
THEIRS = Compare("=", Path("this", ("visit.backup",), OWNER), Me())
MEMBER = Actor(1, frozenset({"member"}))
MANAGER = Actor(2, frozenset({"manager"}))
ADMINISTRATOR = Actor(3, frozenset({"administrator"}))


@pytest.mark.parametrize("verb", [Verb.READ, Verb.CREATE, Verb.UPDATE, Verb.DELETE])
def test_members_work_with_records(verb: Verb) -> None:
    assert may(MEMBER, verb, "visit")


@pytest.mark.parametrize("verb", [Verb.DEFINE, Verb.PUBLISH, Verb.SHARE, Verb.IMPORT])
def test_managers_draw_and_members_do_not(verb: Verb) -> None:
    assert may(MANAGER, verb)
    assert not may(MEMBER, verb)


def test_only_administrators_change_people() -> None:
    assert may(MEMBER, Verb.READ, "user")
    assert not may(MANAGER, Verb.UPDATE, "user")
    assert may(ADMINISTRATOR, Verb.UPDATE, "user")
    assert all(may(WORKSPACE, verb, "user") for verb in Verb)


def test_without_roles_nothing_is_allowed() -> None:
    stranger = Actor(9, frozenset({"no such role"}))
    assert not any(may(stranger, verb, "visit") for verb in Verb)
    with pytest.raises(Forbidden) as refused:
        require(stranger, Verb.READ, "visit")
    assert refused.value.status == 403
    assert "查看" in refused.value.diagnostics[0].message("zh")


def role(*grants: Grant) -> dict[str, Role]:
    return {"seller": Role("seller", grants)}


SELLER = Actor(7, frozenset({"seller"}))


def test_scopes_narrow_the_rows_and_add_up() -> None:
    roles = role(
        Grant(frozenset({Verb.READ}), "visit", scope=MINE), Grant(frozenset({Verb.READ}), "visit", scope=THEIRS)
    )
    assert scope_of(SELLER, Verb.READ, "visit", roles) == Or((MINE, THEIRS))
    assert may(SELLER, Verb.READ, "visit", holds=lambda scope: scope == THEIRS, roles=roles)
    assert not may(SELLER, Verb.READ, "visit", holds=lambda scope: False, roles=roles)
    with pytest.raises(Forbidden):
        scope_of(SELLER, Verb.UPDATE, "visit", roles)


def test_one_grant_without_scope_opens_all_rows() -> None:
    roles = role(Grant(frozenset({Verb.READ}), "visit", scope=MINE), Grant(frozenset({Verb.READ})))
    assert scope_of(SELLER, Verb.READ, "visit", roles) is None


def test_field_rights() -> None:
    roles = role(Grant(frozenset({Verb.UPDATE}), "visit", fields=frozenset({"result"})))
    assert writable(SELLER, Verb.UPDATE, "visit", frozenset({"result", "owner"}), roles) == {"result"}
