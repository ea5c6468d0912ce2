"""`call "connection.operation" (…)`: another system is asked through its connector, with the effect's id as key.

An operation is a verb and a resource of the connection's kind: `create_orders`, `update_orders` and `delete_orders`
(these two name the remote row with the argument `key`). The other arguments are the remote row's fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from ruleloom.connectors import ConnectorError, Done, Op, Rejected, Resource
from ruleloom.runtime.durable.performing import CannotPerform, TryAgain
from ruleloom.runtime.syncing import connections

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace
    from ruleloom.storage.logs.firing_log import EffectRow

VERBS = ("create", "update", "delete")
KEY = "key"
_LATER = ("retry", "refresh-auth", "look-up")
"""What connectors say when the same call may succeed later: nothing was done, or the key makes a repetition safe."""


class Calling:
    """Performs effects of the kind `call`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(self, effect: EffectRow) -> dict[str, Any]:
        """The other system's id and version of the row; `TryAgain` for later, `CannotPerform` when no try helps."""
        name, _, operation = str(effect.content["operation"]).partition(".")
        try:
            with connections.open_named(self._workspace, name) as connector:
                if connector is None:
                    raise CannotPerform.of("call-no-connection", name=name)
                resource, op = self._asked(connector.resources, name, operation, effect)
                outcome = next(iter(connector.write(resource, [op])))
        except ConnectorError as error:
            if error.next_step in _LATER:
                raise TryAgain(str(error)) from error
            raise CannotPerform(*error.diagnostics) from error
        if isinstance(outcome, Done):
            return {"id": outcome.remote_id, "version": outcome.version}
        if isinstance(outcome, Rejected):
            raise CannotPerform.of("remote-row-rejected", message=outcome.message)
        raise TryAgain(outcome.message)

    @staticmethod
    def _asked(resources: tuple[Resource, ...], name: str, operation: str, effect: EffectRow) -> tuple[Resource, Op]:
        verb, _, wanted = operation.partition("_")
        resource = next((each for each in resources if each.name == wanted and each.writable), None)
        if verb not in VERBS or resource is None:
            known = operations_of(resources)
            raise CannotPerform.of("call-no-operation", name=name, operation=operation, operations=known)
        arguments = cast("Mapping[str, Any]", effect.content["arguments"])
        key = arguments.get(KEY)
        if verb != "create" and key is None:
            raise CannotPerform.of("call-no-key", operation=operation)
        data = {field: value for field, value in arguments.items() if verb == "create" or field != KEY}
        kind = cast("Literal['create', 'update', 'delete']", verb)
        return resource, Op(kind, None if verb == "create" else str(key), data, str(effect.id))


def operations_of(resources: Iterable[Resource]) -> list[str]:
    """What can be asked of a connection with these resources."""
    return [f"{verb}_{found.name}" for found in resources if found.writable for verb in VERBS]


def performers(workspace: Workspace) -> dict[str, Calling]:
    """What a process that serves a workspace can perform outside, by kind of action."""
    return {"call": Calling(workspace)}
