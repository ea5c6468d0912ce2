"""May I: roles, grants, row scopes and field rights. Pure."""

from __future__ import annotations

from ruleloom.access.actor import WORKSPACE, Actor, RoleName
from ruleloom.access.grants import BUILT_IN, Grant, Role, Verb
from ruleloom.access.may import Forbidden, may, require, scope_of, writable

__all__ = [
    "BUILT_IN",
    "WORKSPACE",
    "Actor",
    "Forbidden",
    "Grant",
    "Role",
    "RoleName",
    "Verb",
    "may",
    "require",
    "scope_of",
    "writable",
]
