"""Reads `QueryBusinessInfo`: the fields of a form as the server's designer knows them.

The answer's shape is from documents, not from a live tenant, so everything unknown is read as text, never refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruleloom.connectors.contract import RemoteField, RemoteType
from ruleloom.connectors.kingdee_cloud.forms import BillForm
from ruleloom.messages import Language

_LANGUAGES: Mapping[int, Language] = {2052: "zh", 1033: "en"}
_TYPES: Mapping[str, RemoteType] = {
    "decimal": "number",
    "integer": "number",
    "amount": "number",
    "qty": "number",
    "price": "number",
    "baseqty": "number",
    "checkbox": "boolean",
    "datetime": "datetime",
    "createdate": "datetime",
    "modifydate": "datetime",
    "date": "date",
    "combo": "choice",
    "billstatus": "choice",
    "basedata": "reference",
    "org": "reference",
    "user": "reference",
}


def fields_of(content: Any, form: BillForm) -> tuple[RemoteField, ...]:
    """Fields of the form's head and lists; the documented ones keep their type, the order is the server's."""
    info = content.get("Result", {}).get("NeedReturnData") or {} if isinstance(content, dict) else {}
    known = {f.key.casefold(): f for f in form.fields}
    found = {f.key.casefold(): known.get(f.key.casefold(), f) for f in _all(info, form)}
    missing = [f for key, f in known.items() if key not in found]
    return (*missing, *found.values())


def _all(info: Mapping[str, Any], form: BillForm) -> Iterator[RemoteField]:
    lists = [entry.removesuffix("_FEntryID") for _, entry in form.entries]
    for entity in info.get("Entrys") or ():
        within = form.lists[0] if form.lists and entity.get("Key") in lists else None
        if within or entity.get("Key") in ("FBillHead", info.get("Id"), ""):
            yield from (_field(f, within) for f in entity.get("Fields") or () if f.get("Key"))


def _field(described: Mapping[str, Any], within: str | None) -> RemoteField:
    kind = _TYPES.get(str(described.get("ElementTypeName") or described.get("FieldType") or "").casefold(), "text")
    if described.get("LookUpObjectFormId"):
        kind = "reference"
    key = f"{described['Key']}.FNumber" if kind == "reference" else str(described["Key"])
    return RemoteField(key, kind, _labels(described.get("Name")), bool(described.get("MustInput")), within)


def _labels(names: Sequence[Mapping[str, Any]] | str | None) -> dict[Language, str]:
    if isinstance(names, str):
        return {"zh": names}
    return {_LANGUAGES[n["Key"]]: str(n["Value"]) for n in names or () if n.get("Key") in _LANGUAGES}
