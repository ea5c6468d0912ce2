"""How many events a second `simulate` takes with three rules, on real orders."""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruleloom import dsl
from ruleloom.forms.schema_file import read_schema
from ruleloom.runtime.simulation.play import Simulation, play

LONDON = ZoneInfo("Europe/London")
MODEL = read_schema(
    {
        "timezone": "Europe/London",
        "entities": [
            {"name": "customer", "fields": [{"name": "name", "type": "text"}]},
            {
                "name": "order",
                "time_field": "ordered_at",
                "fields": [
                    {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
                    {"name": "ordered_at", "type": "datetime"},
                    {"name": "amount", "type": "number", "decimals": 2},
                ],
            },
        ],
    }
)
RULES = """
rule "Drifting" on customer when at least 2 orders and no orders in the last 30 days then notify created_by "x"
rule "Large" on order when amount > 5000 then notify created_by "x"
rule "Loyal" on customer when sum(orders.amount in the last 90 days) > 10000 then notify created_by "x"
at most once per 30 days
"""


def measure(lines: Path, rounds: int) -> dict[str, Any]:
    """Events a CPU second, the best of some rounds; `lines` is online_retail/lines.csv.gz."""
    events = list(_events(lines))
    rules = dsl.parse(RULES, MODEL, "en").rules
    found, firings = [], 0
    for _ in range(rounds):
        simulation = Simulation(MODEL, rules)
        begin = time.process_time()
        firings = sum(1 for _ in play(simulation, events, None))
        found.append(len(events) / (time.process_time() - begin))
    return {"events": len(events), "firings": firings, "events_per_second": max(found)}


def _events(lines: Path) -> Iterator[str]:
    """Invoices with a customer that are no cancellations, in time order, each customer before its first."""
    amounts: dict[str, float] = {}
    heads: dict[str, tuple[datetime, str]] = {}
    with gzip.open(lines, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number, customer = row["InvoiceNo"], row["CustomerID"]
            if customer and not number.startswith("C"):
                amounts[number] = amounts.get(number, 0) + int(row["Quantity"]) * float(row["UnitPrice"])
                at = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON).astimezone(UTC)
                heads.setdefault(number, (at, customer))
    known: set[str] = set()
    for number, (at, customer) in sorted(heads.items(), key=lambda each: (each[1][0], each[0])):
        when = at.isoformat()
        if customer not in known:
            known.add(customer)
            yield json.dumps({"at": when, "op": "create", "entity": "customer", "id": customer, "values": {}})
        values = {"customer": customer, "ordered_at": when, "amount": f"{amounts[number]:.2f}"}
        yield json.dumps({"at": when, "op": "create", "entity": "order", "id": number, "values": values})
