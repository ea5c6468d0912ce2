"""A sync killed twice in the middle and run again: each order once, each firing once, with a rule in force.

The reduced size runs with every test run; `python3 dev.py nightly` takes 5,000 customers and 20,000 orders.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.workspace import Workspace
from tests.connectors.doubles.kingdee import KingdeeDouble, serve
from tests.connectors.doubles.kingdee_data import orders
from tests.imports.test_syncing import ERP, MAPPING
from tests.imports.workspaces import opened, records
from tests.stories.real_data import FULL

CUSTOMERS, ORDERS, PAGE = (5_000, 20_000, 500) if FULL else (120, 400, 20)
LARGE = 150_000
RULE = f'rule "Large order" on order\nwhen amount >= {LARGE}\nthen create alert (order = this)\n'
ALERT = {"name": "alert", "fields": [{"name": "order", "type": "reference", "to": "order", "reverse": "alerts"}]}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("RULELOOM_PRIVATE_HOSTS", "127.0.0.1")
    with opened(migrated_database, [*ERP, ALERT], "Asia/Shanghai", tmp_path) as found:
        drawn = definitions.create(found, WORKSPACE, "rule", {"text": RULE, "language": "en"})
        definitions.publish(found, WORKSPACE, "rule", str(drawn.id))
        yield found


def begin(workspace: Workspace, connection: int) -> subprocess.Popen[bytes]:
    url = workspace.database.url.render_as_string(hide_password=False)
    words = [sys.executable, "-m", "tests.imports.sync_process", url, str(workspace.folder), str(connection), str(PAGE)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)


def count(workspace: Workspace, what: str) -> int:
    with workspace.database.read() as connection:
        return int(connection.execute(text(f"select count(*) from {what}")).scalar_one())


def kill_when(workspace: Workspace, process: subprocess.Popen[bytes], orders_there: int) -> None:
    """Waits until so many orders are committed, then SIGKILL: whatever it is doing then is lost."""
    deadline = time.monotonic() + (1200 if FULL else 120)
    while count(workspace, "r_order") < orders_there:
        assert process.poll() is None, "the sync ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def test_killed_twice_and_run_again(workspace: Workspace) -> None:
    with serve(KingdeeDouble().fill(CUSTOMERS, ORDERS)) as double:
        double.moods.delay = 0.0 if FULL else 0.03
        made = connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", double.settings("password"))
        made = connections.set_mapping(workspace, WORKSPACE, made.id, made.revision, MAPPING)
        for part in (3, 2):
            kill_when(workspace, begin(workspace, made.id), ORDERS // part)
        assert count(workspace, "r_order") < ORDERS
        assert begin(workspace, made.id).wait(3600 if FULL else 300) == 0
    expected = {bill["FBillNo"]: bill for bill in orders(ORDERS, CUSTOMERS)}
    assert Counter(r["number"] for r in records(workspace, "order")) == Counter(list(expected))
    assert count(workspace, "r_customer") == CUSTOMERS
    assert count(workspace, "r_order_line") == sum(len(bill["entries"]) for bill in expected.values())
    large = {number for number, bill in expected.items() if bill["FBillAllAmount"] >= LARGE}
    assert 0 < len(large) < ORDERS
    numbers = {r["id"]: r["number"] for r in records(workspace, "order")}
    assert Counter(numbers[r["order"]] for r in records(workspace, "alert")) == Counter(large)
    assert count(workspace, "firings") == len(large)
    assert count(workspace, "external_links where resource = 'sale_orders'") == ORDERS
    statuses = [run.status for run in connections.runs(workspace, WORKSPACE, made.id, None, 10)]
    assert statuses == ["done", "interrupted", "interrupted"]


def test_every_firing_of_a_long_transaction_does_its_work(workspace: Workspace) -> None:
    """Found at full size: ids of created records were mixed up when one transaction created very many."""
    plain = {name: {k: v for k, v in given.items() if k != "lines"} for name, given in MAPPING.items()}
    with serve(KingdeeDouble().fill(50, 400)) as double:
        made = connections.create(workspace, WORKSPACE, "kingdee_cloud", "ERP", double.settings("password"))
        made = connections.set_mapping(workspace, WORKSPACE, made.id, made.revision, plain)
        assert connections.sync_now(workspace, WORKSPACE, made.id, page=2000).status == "done"
    large = sum(bill["FBillAllAmount"] >= LARGE for bill in orders(400, 50))
    assert large > 50
    assert (count(workspace, "firings"), count(workspace, "r_alert")) == (large, large)
    assert count(workspace, "effects where status <> 'done'") == 0
