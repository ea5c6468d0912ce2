"""One field as a mapping → `Field`, and back. Field types say which settings are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, ValueType
from ruleloom.forms.entity import USER, Field, Option
from ruleloom.forms.fields.base import InputContext, Refused
from ruleloom.forms.fields.registry import field_types
from ruleloom.forms.names import clean_text, is_name, key_for, read_labels

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ruleloom.forms.fields.base import FieldType
    from ruleloom.forms.findings import Findings

ON_DELETE = ("empty", "restrict", "cascade")
MAX_DECIMALS = 6
_NEVER_UNIQUE = frozenset({Kind.CHOICES, Kind.FILES, Kind.BOOLEAN})
_COMMON = (
    "id", "key", "name", "type", "label", "labels", "required", "unique", "default", "description", "settings",
    "decimals", "options", "to", "reverse", "reverse_label", "reverse_labels", "on_delete",
)  # fmt: skip


def read_field(given: Any, entity_id: str, keys: Container[str], path: str, findings: Findings) -> Field | None:
    """The field of a mapping; everything wrong is noted. None when it has no usable name or type.

    `to` holds the word as written until `forms.model_file` has resolved it; `keys` are those already taken.
    """
    if not isinstance(given, dict):
        findings.add("not-a-mapping", path)
        return None
    name, word = given.get("name"), given.get("type")
    if not isinstance(name, str) or not is_name(name):
        findings.add("name-not-usable", f"{path}.name", name=str(name))
        return None
    if not isinstance(word, str) or word not in field_types():
        findings.unknown("unknown-field-type", f"{path}.type", str(word), field_types())
        return None
    type_ = field_types()[word]
    key = str(given.get("key") or key_for(name, keys))
    field_id = str(given.get("id") or f"{entity_id}.{name}")
    options = _read_options(given, type_, path, findings)
    decimals = _read_decimals(given, type_, path, findings)
    to = _read_target(given, type_, path, findings)
    settings = _read_settings(given, type_, path, findings)
    field = Field(
        id=field_id,
        key=key,
        name=name,
        type=word,
        value_type=type_.value_type(field_id, to, decimals, settings),
        labels=read_labels(given.get("labels", given.get("label")), f"{path}.label", findings),
        required=_flag(given, "required", path, findings),
        unique=_flag(given, "unique", path, findings),
        decimals=decimals,
        options=options,
        to=to,
        reverse=_read_reverse(given, type_, path, findings),
        reverse_labels=read_labels(
            given.get("reverse_labels", given.get("reverse_label")), f"{path}.reverse_label", findings
        ),
        on_delete=_read_on_delete(given, path, findings),
        default=given.get("default"),
        settings=settings,
    )
    _check_default(field, type_, path, findings)
    if field.unique and (not type_.stored or field.type == "longtext" or field.value_type.kind in _NEVER_UNIQUE):
        findings.add("property-of-other-type", f"{path}.unique", property="unique", type=type_.type)
    return field


def _check_default(field: Field, type_: FieldType, path: str, findings: Findings) -> None:
    """A default that the field would refuse is noted now, not at every new record."""
    if field.default is None or not type_.writable:
        return
    try:
        type_.cleaner(field, InputContext(opaque_ids=True))(field.default)
    except Refused as refused:
        findings.add(refused.code, f"{path}.default", **{"field": field.name, **refused.params})


def _flag(given: Mapping[str, Any], part: str, path: str, findings: Findings) -> bool:
    value = given.get(part, False)
    if not isinstance(value, bool):
        findings.add("not-yes-or-no", f"{path}.{part}", value=str(value))
        return False
    return value


def _read_options(given: Mapping[str, Any], type_: FieldType, path: str, findings: Findings) -> tuple[Option, ...]:
    written = given.get("options")
    if type_.kind not in (Kind.CHOICE, Kind.CHOICES):
        if written is not None:
            findings.add("property-of-other-type", f"{path}.options", property="options", type=type_.type)
        return ()
    if not isinstance(written, list) or not written:
        findings.add("options-missing", f"{path}.options")
        return ()
    options: dict[str, Option] = {}
    for index, one in enumerate(written):
        option = _read_option(one, f"{path}.options[{index}]", findings)
        if option is not None and option.value in options:
            findings.add("option-twice", f"{path}.options[{index}]", value=option.value)
        elif option is not None:
            options[option.value] = option
    return tuple(options.values())


def _read_option(given: Any, path: str, findings: Findings) -> Option | None:
    if not isinstance(given, dict):
        return _option_of(given, {}, None, path, findings)
    for word in given:
        if word not in ("value", "label", "labels", "color"):
            findings.unknown("unknown-property", f"{path}.{word}", str(word), ("value", "label", "labels", "color"))
    labels = read_labels(given.get("labels", given.get("label")), f"{path}.label", findings)
    return _option_of(given.get("value"), labels, given.get("color"), path, findings)


def _option_of(value: Any, labels: Any, color: Any, path: str, findings: Findings) -> Option | None:
    if isinstance(value, bool):  # YAML reads a bare yes or no as a boolean
        value = "yes" if value else "no"
    if value is None or isinstance(value, (dict, list)) or not clean_text(str(value)):
        findings.add("option-shape", path)
        return None
    return Option(clean_text(str(value)), labels, None if color is None else str(color))


def _read_decimals(given: Mapping[str, Any], type_: FieldType, path: str, findings: Findings) -> int:
    decimals = given.get("decimals", 0)
    if "decimals" in given and type_.kind is not Kind.NUMBER:
        findings.add("property-of-other-type", f"{path}.decimals", property="decimals", type=type_.type)
        return 0
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= MAX_DECIMALS:
        findings.add("decimals-range", f"{path}.decimals", value=str(decimals), most=MAX_DECIMALS)
        return 0
    return decimals


def _read_target(given: Mapping[str, Any], type_: FieldType, path: str, findings: Findings) -> str | None:
    if type_.kind is not Kind.RECORD:
        if given.get("to") is not None:
            findings.add("property-of-other-type", f"{path}.to", property="to", type=type_.type)
        return None
    if type_.type == USER:
        return USER
    if not isinstance(given.get("to"), str):
        findings.add("reference-without-target", f"{path}.to")
        return None
    return str(given["to"])


def _read_reverse(given: Mapping[str, Any], type_: FieldType, path: str, findings: Findings) -> str | None:
    reverse = given.get("reverse")
    if reverse is None:
        return None
    if type_.kind is not Kind.RECORD:
        findings.add("property-of-other-type", f"{path}.reverse", property="reverse", type=type_.type)
        return None
    if not isinstance(reverse, str) or not is_name(reverse):
        findings.add("name-not-usable", f"{path}.reverse", name=str(reverse))
        return None
    return reverse


def _read_on_delete(given: Mapping[str, Any], path: str, findings: Findings) -> str:
    word = given.get("on_delete", "empty")
    if word not in ON_DELETE:
        findings.unknown("unknown-on-delete", f"{path}.on_delete", str(word), ON_DELETE)
        return "empty"
    return str(word)


def _read_settings(given: Mapping[str, Any], type_: FieldType, path: str, findings: Findings) -> dict[str, Any]:
    nested = given.get("settings") or {}
    if not isinstance(nested, dict):
        findings.add("not-a-mapping", f"{path}.settings")
        nested = {}
    raw = dict(nested)
    for word, value in given.items():
        if word in type_.settings:
            raw[word] = value
        elif word not in _COMMON:
            findings.unknown("unknown-property", f"{path}.{word}", str(word), (*_COMMON, *type_.settings))
    return type_.read_settings(raw, path, findings)


def write_field(field: Field) -> dict[str, Any]:
    """The mapping of a field, ids and keys written out, without what stands at its default."""
    kept: dict[str, Any] = {
        "id": field.id,
        "key": field.key,
        "name": field.name,
        "type": field.type,
        "labels": dict(field.labels),
    }
    optional: dict[str, Any] = {
        "required": field.required,
        "unique": field.unique,
        "decimals": field.decimals,
        "options": [_write_option(option) for option in field.options],
        "to": field.to if field.type != USER else None,
        "reverse": field.reverse,
        "reverse_labels": dict(field.reverse_labels),
        "on_delete": field.on_delete if field.on_delete != "empty" else None,
        "settings": dict(field.settings),
    }
    kept.update({part: value for part, value in optional.items() if value})
    if field.default is not None:
        kept["default"] = field.default
    return kept


def _write_option(option: Option) -> dict[str, Any]:
    written: dict[str, Any] = {"value": option.value, "labels": dict(option.labels)}
    if option.color:
        written["color"] = option.color
    return written


def resolved_type(field: Field, entity_id: str) -> ValueType:
    """The value type of a reference whose target is now known."""
    return ValueType(field.value_type.kind, entity=entity_id)
