"""Field type `number`: an exact decimal with declared decimals, magnitude below 10^12."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused, Setting
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Field

MAGNITUDE = Decimal(10) ** 12
"""Numbers lie strictly between -10^12 and 10^12."""
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?\Z", re.ASCII)
_SCALES = {"%": Decimal("0.01"), "万": Decimal(10_000), "亿": Decimal(100_000_000)}


def read_number(raw: Any) -> Decimal:
    """The number of a raw value: `1234.5`, `1,234.5`, `15%`, `1.5万`, full-width digits; Refused when it is none."""
    if isinstance(raw, bool):
        raise Refused("not-a-number", value=str(raw))
    if isinstance(raw, (int, Decimal)):
        number = Decimal(raw)
    elif isinstance(raw, (float, str)):
        number = _read_text(str(raw))
    else:
        raise Refused("not-a-number", value=str(raw)[:40])
    if not number.is_finite():
        raise Refused("not-a-number", value=str(raw)[:40])
    return number


def _read_text(raw: str) -> Decimal:
    text = raw.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    scale = _SCALES.get(text[-1:])
    if scale is not None:
        text = text[:-1].rstrip()
    if _GROUPED.match(text):
        text = text.replace(",", "")
    if len(text) > 60 or not _PLAIN.match(text):
        raise Refused("not-a-number", value=raw[:40])
    try:
        return Decimal(text) * scale if scale is not None else Decimal(text)
    except InvalidOperation:
        raise Refused("not-a-number", value=raw[:40]) from None


def number_text(number: Decimal) -> str:
    """The number without exponent: `120.50`, `1000`."""
    return f"{number:f}"


@FIELD_TYPES.register
class Number(FieldType):
    """An exact number; `min` and `max` are included."""

    type = "number"
    kind = Kind.NUMBER
    settings: ClassVar[Mapping[str, Setting]] = {
        "min": Setting("number"),
        "max": Setting("number"),
        "format": Setting("text", "plain", ("plain", "percent", "currency")),
        "currency": Setting("text"),
    }

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """The exact number with the declared decimals; more decimals than declared are refused, never rounded."""
        least, most = (self._bound(field, name) for name in ("min", "max"))
        decimals, step = field.decimals, Decimal(1).scaleb(-field.decimals)

        def clean(raw: Any) -> Value:
            number = read_number(raw)
            if not -MAGNITUDE < number < MAGNITUDE:
                raise Refused("number-range")
            exact = number.quantize(step)
            if exact != number:
                raise Refused("number-decimals", decimals=decimals, value=number_text(number))
            if least is not None and exact < least:
                raise Refused("number-too-small", least=number_text(least))
            if most is not None and exact > most:
                raise Refused("number-too-large", most=number_text(most))
            return exact or abs(exact)

        return clean

    def _bound(self, field: Field, name: str) -> Decimal | None:
        bound = self.setting(field, name)
        return None if bound is None else Decimal(str(bound))

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """A string: exact."""
        return number_text(value) if isinstance(value, Decimal) else value

    def schema(self, field: Field) -> dict[str, Any]:
        """A string of a decimal."""
        return {"type": "string", "format": "decimal", "description": f"at most {field.decimals} decimals"}
