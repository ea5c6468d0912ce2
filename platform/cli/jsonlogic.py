"""`ruleloom jsonlogic`: evaluates JsonLogic rules, one JSON object per line."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, TextIO

import click

from ruleloom.engine import jsonlogic_ours  # noqa: F401 - registers our operators
from ruleloom.engine.jsonlogic import JsonLogicError, evaluate


@click.command()
@click.argument("lines", type=click.File(encoding="utf-8"), default="-")
def command(lines: TextIO) -> None:
    """Read lines {"rule": …, "data": …} and write {"result": …} or {"error": "…"} for each."""
    for line in lines:
        if line.strip():
            click.echo(json.dumps(answer(line), ensure_ascii=False, default=_number))


def answer(line: str) -> dict[str, Any]:
    """The answer to one line."""
    try:
        asked = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {"error": "not a JSON object"}
    if not isinstance(asked, dict) or "rule" not in asked:
        return {"error": 'a line needs "rule"'}
    try:
        return {"result": evaluate(asked["rule"], asked.get("data"))}
    except JsonLogicError as error:
        return {"error": "; ".join(each.message("en") for each in error.diagnostics)}


def _number(value: Any) -> float:
    return float(value)
