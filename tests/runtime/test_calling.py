"""`call "connection.operation"` goes out through a connector; what cannot be done says why and can be done again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import effects as door
from ruleloom.runtime.commands import records
from ruleloom.runtime.durable.calling import performers
from ruleloom.runtime.durable.performing import perform
from ruleloom.runtime.missing import Conflict
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs import firing_log
from ruleloom.storage.logs.firing_log import EffectRow
from tests.connectors.doubles.kingdee import KingdeeDouble, serve

Create = Callable[..., records.Written]
TELL = 'rule "Tell" on customer when credit > 10 then call "ERP.{operation}" (FNumber = name, FName = name)'


def only_effect(workspace: Workspace) -> EffectRow:
    with workspace.reading() as reading:
        (found,) = firing_log.page(reading.connection, firing_log.FiringFilter(), 10)
        return firing_log.effects_of(reading.connection, [found.id])[found.id][0]


def test_a_call_reaches_the_other_system_once_and_can_be_performed_again_when_it_failed(
    workspace: Workspace, rule: Callable[[str], str], create: Create
) -> None:
    workspace.demo = True  # may call this machine
    rule(TELL.format(operation="create_customers"))
    create(name="N-1", credit="11")
    perform(workspace, performers(workspace), only_effect(workspace).id)
    failed = only_effect(workspace)
    assert failed.status == "failed"
    assert "ERP" in (failed.error or {})["reason"]["en"]
    double = KingdeeDouble().fill(2, 2)
    with serve(double):
        connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", double.settings("headers"))
        door.replay(workspace, WORKSPACE, str(failed.id))
        assert only_effect(workspace).status == "pending"
        perform(workspace, performers(workspace), failed.id)
        perform(workspace, performers(workspace), failed.id)
    done = only_effect(workspace)
    assert (done.status, done.id) == ("done", failed.id)
    assert double.tables.query("BD_Customer", ["FName"], "FNumber = 'N-1'", "", 0, 9) == [["N-1"]]
    with pytest.raises(Conflict):
        door.replay(workspace, WORKSPACE, str(failed.id))


@pytest.mark.parametrize(("operation", "said"), [("explode", "create_customers"), ("update_customers", "key")])
def test_what_a_connection_cannot_do_is_said(
    workspace: Workspace, rule: Callable[[str], str], create: Create, operation: str, said: str
) -> None:
    settings: dict[str, Any] = {**KingdeeDouble().settings("headers"), "base_url": "https://127.0.0.1:9"}
    connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", settings)
    rule(TELL.format(operation=operation))
    create(name="N-1", credit="11")
    perform(workspace, performers(workspace), only_effect(workspace).id)
    assert said in (only_effect(workspace).error or {})["reason"]["en"]
