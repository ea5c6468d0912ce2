"""Writes: Save (then Submit and Audit where asked for), one row at a time, each answer its own outcome.

A lost answer is looked up by the row's number before anything is sent again: the number is the idempotency key that
this API has. Omitted order lines are kept (`IsDeleteEntry` false), which is not the vendor's default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ruleloom.connectors.contract import Done, Op, Outcome, Rejected, Unknown
from ruleloom.connectors.errors import ConnectorError, OutcomeUnknown
from ruleloom.connectors.kingdee_cloud.forms import BillForm
from ruleloom.connectors.kingdee_cloud.queries import Query


class Call(Protocol):
    """Sends one service call and gives its JSON."""

    def __call__(self, verb: str, payload: Mapping[str, Any], *, repeat: bool) -> Any:
        """The answer's content."""
        ...


def save(op: Op, form: BillForm, call: Call, query: Query) -> Outcome:
    """Creates or updates one row. A create whose number exists already is done, not doubled."""
    try:
        if op.kind == "delete":
            call("Delete", _on(form, op.key), repeat=False)
            return Done(op, op.key or "")
        known = op.key or _id_by_number(op, form, query)
        result = call("Save", {"formid": form.form_id, "data": _body(op, form, known)}, repeat=False)["Result"]
        for step in ("Submit", "Audit") if op.data.get("_audit") else ():
            call(step, _on(form, str(result["Id"])), repeat=False)
        return Done(op, str(result["Id"]))
    except OutcomeUnknown as error:
        found = _id_by_number(op, form, query)
        return Done(op, found) if found and op.kind == "create" else Unknown(op, error.remote_message)
    except ConnectorError as error:
        if error.next_step in ("retry", "refresh-auth"):
            raise
        return Rejected(op, error.diagnostics[0].code, error.remote_message)


def _body(op: Op, form: BillForm, known: str | None) -> Mapping[str, Any]:
    model = {key: value for key, value in op.data.items() if not key.startswith("_")}
    return {"IsDeleteEntry": "false", "Model": {form.key: int(known or 0), **model}}


def _on(form: BillForm, key: str | None) -> Mapping[str, Any]:
    return {"formid": form.form_id, "data": {"Ids": str(key)}}


def _id_by_number(op: Op, form: BillForm, query: Query) -> str | None:
    """Internal id of the row with this number; None when there is none or the op names none."""
    number = op.data.get(form.natural or "")
    if not number:
        return None
    quoted = str(number).replace("'", "''")
    rows = query(
        {
            "FormId": form.form_id,
            "FieldKeys": form.key,
            "FilterString": f"{form.natural} = '{quoted}'",
            "OrderString": "",
            "TopRowCount": 0,
            "StartRow": 0,
            "Limit": 1,
        }
    )
    return str(rows[0][0]) if rows else None
