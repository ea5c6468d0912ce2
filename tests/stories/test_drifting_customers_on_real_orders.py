"""`at least 2 orders and no orders in the last 30 days` on a year of a real shop's orders, against plain arithmetic."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ruleloom import dsl
from ruleloom.dsl.calendar import moment
from ruleloom.forms.schema_file import read_schema
from ruleloom.runtime.simulation.play import Simulation, play

LINES = (
    Path(os.environ.get("RULELOOM_DATA", Path(__file__).parents[3] / "shared" / "data")) / "online_retail/lines.csv.gz"
)
SCHEMA = {
    "timezone": "Europe/London",
    "entities": [
        {"name": "customer", "fields": [{"name": "name", "type": "text"}]},
        {
            "name": "order",
            "time_field": "ordered_at",
            "fields": [
                {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
                {"name": "ordered_at", "type": "datetime"},
            ],
        },
    ],
}
RULE = """
rule "Drifting" on customer
when at least 2 orders and no orders in the last 30 days
then notify this.created_by "x"
"""
MONTH = timedelta(days=30)

Order = tuple[datetime, str, str]
"""Time, number, customer."""


def orders() -> list[Order]:
    """Invoices with a customer that are no cancellations; the first time wins."""
    found: dict[str, Order] = {}
    with gzip.open(LINES, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number, customer = row["InvoiceNo"], row["CustomerID"]
            if customer and not number.startswith("C") and number not in found:
                at = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=ZoneInfo("Europe/London"))
                found[number] = (at.astimezone(UTC), number, customer)
    return sorted(found.values())


def events(of: list[Order]) -> Iterator[str]:
    known: set[str] = set()
    for at, number, customer in of:
        when = at.isoformat()
        if customer not in known:
            known.add(customer)
            yield json.dumps({"at": when, "op": "create", "entity": "customer", "id": customer, "values": {}})
        values = {"customer": customer, "ordered_at": when}
        yield json.dumps({"at": when, "op": "create", "entity": "order", "id": number, "values": values})


def drifting(of: list[Order]) -> set[tuple[str, datetime]]:
    """Customer and instant, by arithmetic alone: 30 days after an order that is not the first and had no successor."""
    by_customer: dict[str, list[datetime]] = {}
    for at, _, customer in of:
        by_customer.setdefault(customer, []).append(at)
    end = of[-1][0]
    return {
        (customer, at + MONTH)
        for customer, times in by_customer.items()
        for place, at in enumerate(times)
        if place >= 1 and at + MONTH <= end and not (place + 1 < len(times) and times[place + 1] < at + MONTH)
    }


@pytest.mark.skipif(not LINES.exists(), reason="the real orders are not on this machine (RULELOOM_DATA)")
def test_the_rule_fires_for_exactly_these_customers_at_exactly_these_instants() -> None:
    history = orders()
    assert len(history) > 18_000
    model = read_schema(SCHEMA)
    parsed = dsl.parse(RULE, model, "en")
    assert parsed.ok, [d.message("en") for d in parsed.diagnostics]
    lines = list(play(Simulation(model, parsed.rules), events(history)))
    assert {line.firing.edge for line in lines} == {"on"}
    found = [(str(line.firing.record), moment(line.firing.at)) for line in lines]
    assert len(found) == len(set(found))
    assert set(found) == drifting(history)
