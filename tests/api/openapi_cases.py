"""Requests made from the OpenAPI document: mostly of the right shape, with hostile leaves, sometimes of no shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

METHODS = ("get", "post", "put", "patch", "delete")
HOSTILE_TEXTS = (
    "", " ", "0", "-1", "null", "None", "true", "1e309", "NaN", "-0.00", "9" * 40, "0x10", "１２", "\x00", "a\x00b",
    "\ud800", "e\u0301", "\u202egnp", "😀" * 70, "'; drop table r_customer; --", "' or 1=1 --", '"); --', "%", "_",
    "<script>alert(1)</script>", "{{7*7}}", "${jndi:x}", "{name}", "{", "../../etc/passwd", "..\\..\\x", "/", "a/b",
    "2026-02-30", "0000-00-00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-01-31T08:00:00",
    "10000-01-01", "customer", "name", "owner.name", "owner.owner.owner", "id", "version", "customer.orders", "credit",
    "region", "papers", "tags", "since", "when", "rule", "credit > 0", "credit > " + "(" * 200, "credit / 0 > 1",
    "since + 999999999 days > today", "credit > 1e999", "credit > 99999999999999999999", "at least 2 orders",
    "sum of orders.amount > 0", "name = name", "not " * 300 + "active", "owner", "region = \"x\"", "papers is empty",
    'rule "x" on customer when credit > 1 then set notes = "y"', 'rule "x" on order when amount > 1 then delete this',
    'rule "z" on customer when record is created then create coupon (customer = this, code = "{name}{name}")',
    "规则", "信用 大于", "C:\\con", "x" * 300, "x" * 5000,
)  # fmt: skip
_numbers = st.sampled_from([0, -1, 1, 2, 500, 501, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308])
_leaves = st.none() | st.booleans() | _numbers | st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=20)
anything = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """A method on a path, as the document describes it."""

    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def statuses(self) -> frozenset[str]:
        return frozenset(self.described["responses"])


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """All operations of the document, in order."""
    return [
        Operation(method, path, described)
        for path, item in sorted(document["paths"].items())
        for method, described in sorted(item.items())
        if method in METHODS
    ]


def body_of(operation: Operation, document: Mapping[str, Any], known: Mapping[str, list[Any]]) -> Any:
    """A strategy for JSON bodies of an operation: five of six of the described shape."""
    content = operation.described.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return st.just(None)
    shaped = of_schema(schema, document, known)
    return st.one_of(shaped, shaped, shaped, shaped, shaped, anything)


def of_schema(schema: Any, document: Mapping[str, Any], known: Mapping[str, list[Any]], depth: int = 0) -> Any:
    """Values of a JSON schema; at every leaf a hostile one may stand. `known`: values that exist, by property name."""
    if not isinstance(schema, dict) or depth > 8:
        return _leaves
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return of_schema(document["components"]["schemas"][name], document, known, depth + 1)
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        return st.one_of(*(of_schema(each, document, known, depth + 1) for each in choices), _leaves)
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | _leaves
    kinds = schema.get("type", "any")
    kind = next((k for k in kinds if k != "null"), "any") if isinstance(kinds, list) else kinds
    if kind == "object":
        return _object(schema, document, known, depth)
    if kind == "array":
        return st.lists(of_schema(schema.get("items", {}), document, known, depth + 1), max_size=3)
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "number"):
        return _numbers | st.integers(0, 50)
    return anything if kind == "any" else st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=30)


def _object(schema: Any, document: Mapping[str, Any], known: Mapping[str, list[Any]], depth: int) -> Any:
    parts = {}
    for name, inner in schema.get("properties", {}).items():
        found = of_schema(inner, document, known, depth + 1)
        parts[name] = st.sampled_from(known[name]) | st.sampled_from(known[name]) | found if name in known else found
    if not parts:
        names = st.sampled_from(known.get("key", ["name"])) | st.sampled_from(HOSTILE_TEXTS)
        return st.dictionaries(names, anything, max_size=4)
    required = {name: parts[name] for name in schema.get("required", ()) if name in parts}
    optional = {name: parts[name] for name in parts if name not in required}
    return st.fixed_dictionaries(required, optional=optional)
