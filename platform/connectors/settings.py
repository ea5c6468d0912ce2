"""Settings of a connection: one marshmallow schema is both the form that an administrator sees and the check.

Every error message of these fields is a message code, so that the form speaks the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from ruleloom.connectors.errors import SettingsInvalid
from ruleloom.dsl.vocabulary import Labels
from ruleloom.messages import Diagnostic

_CODES = {
    "required": "setting-required", "null": "setting-required", "validator_failed": "setting-invalid",
    "invalid": "setting-invalid", "invalid_utf8": "setting-invalid", "too_large": "setting-invalid",
}  # fmt: skip


def _known(labels: Labels, options: dict[str, Any]) -> dict[str, Any]:
    """`only_when`: the values of other settings (key → values) with which this one is asked for; always without."""
    metadata = {"labels": labels, "help": options.pop("help", None), "only_when": options.pop("only_when", {})}
    return {"error_messages": _CODES, "metadata": metadata, **options}


class Text(fields.String):
    """A line of text."""

    form_type = "text"

    def __init__(self, labels: Labels, **options: Any) -> None:
        options.setdefault("validate", validate.Length(max=500, error="setting-invalid"))
        super().__init__(**_known(labels, options))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if self.required and not text:
            raise self.make_error("required")
        return text


class Secret(Text):
    """A text that is kept encrypted and never handed out again."""

    form_type = "secret"


class Url(Text):
    """An http or https address without credentials in it."""

    form_type = "url"

    def __init__(self, labels: Labels, **options: Any) -> None:
        check = validate.URL(schemes={"http", "https"}, require_tld=False, error="setting-invalid-url")
        super().__init__(labels, validate=[check, _no_credentials], **options)


def _no_credentials(url: str) -> None:
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise ValidationError("setting-invalid-url")


class Int(fields.Integer):
    """A whole number within bounds."""

    form_type = "number"

    def __init__(self, labels: Labels, *, low: int, high: int, **options: Any) -> None:
        check = validate.Range(low, high, error="setting-out-of-range")
        super().__init__(strict=False, validate=check, **_known(labels, options))


class Choice(fields.String):
    """One of a few values; `options` maps each to its labels."""

    form_type = "choice"

    def __init__(self, labels: Labels, choices: Mapping[str, Labels], **options: Any) -> None:
        super().__init__(validate=validate.OneOf(list(choices), error="setting-invalid"), **_known(labels, options))
        self.choices = choices


class Zone(fields.String):
    """A time zone by its IANA name; loads as ZoneInfo."""

    form_type = "zone"

    def __init__(self, labels: Labels, **options: Any) -> None:
        super().__init__(**_known(labels, options))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        name = super()._deserialize(value, attr, data, **kwargs)
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise self.make_error("invalid") from error


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the settings form."""

    key: str
    labels: Labels
    type: str
    required: bool
    secret: bool
    default: Any
    options: Mapping[str, Labels]
    help: Labels | None = None
    only_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of other settings with which this one matters; a form shows it only then."""


def form(schema: type[Schema]) -> tuple[Setting, ...]:
    """The settings form of a schema, in the order of its fields."""
    return tuple(_setting(key, slot) for key, slot in schema().fields.items())


def _setting(key: str, slot: fields.Field[Any]) -> Setting:
    metadata, kind = slot.metadata, getattr(slot, "form_type", "text")
    given = slot.load_default() if callable(slot.load_default) else slot.load_default
    default = str(given) if isinstance(given, ZoneInfo) else given if isinstance(given, str | int | bool) else None
    return Setting(
        key, metadata.get("labels", {}), kind, slot.required, isinstance(slot, Secret), default,
        getattr(slot, "choices", {}), metadata.get("help"), metadata.get("only_when", {}),
    )  # fmt: skip


def load(schema: type[Schema], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Checks and completes settings; SettingsInvalid names every mistake at its key."""
    try:
        loaded: dict[str, Any] = schema(unknown=RAISE).load(raw)
    except ValidationError as error:
        raise SettingsInvalid(*_diagnostics(_by_key(error))) from error
    return loaded


def _by_key(error: ValidationError) -> Mapping[str, Any]:
    return error.messages if isinstance(error.messages, dict) else {"": error.messages}


def _diagnostics(messages: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for key, found in messages.items():
        for message in found if isinstance(found, list) else [str(found)]:
            code = message if str(message).startswith("setting-") else "setting-unknown"
            yield Diagnostic(code, target=key, params={"setting": key})


def secret_keys(schema: type[Schema]) -> frozenset[str]:
    """Keys whose values must be encrypted at rest and never returned."""
    return frozenset(setting.key for setting in form(schema) if setting.secret)
