"""Field type `location`: a point on earth, kept as `latitude,longitude` (WGS 84, 6 decimals) and an address."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.number import read_number
from ruleloom.forms.fields.registry import FIELD_TYPES
from ruleloom.forms.fields.text import clean_text

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_POINT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*[,，]\s*([+-]?\d+(?:\.\d+)?)\s*(.*)\Z", re.DOTALL)
_STEP = Decimal("0.000001")
_LONGEST_ADDRESS = 300


def read_location(raw: Any) -> Value:
    """`31.230416,121.473701` with an address behind it, or `{lat, lng, address}`; Refused when it is no point."""
    if isinstance(raw, dict) and raw.keys() <= {"lat", "lng", "address"} and {"lat", "lng"} <= raw.keys():
        parts = (raw["lat"], raw["lng"], raw.get("address") or "")
    elif isinstance(raw, str) and (found := _POINT.match(raw.strip())):
        parts = (found.group(1), found.group(2), found.group(3))
    else:
        raise Refused("not-a-location", value=str(raw)[:40])
    latitude, longitude = read_number(parts[0]), read_number(parts[1])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Refused("not-a-location", value=str(raw)[:40])
    address = clean_text(str(parts[2]).strip(), _LONGEST_ADDRESS)
    point = f"{latitude.quantize(_STEP):f},{longitude.quantize(_STEP):f}"
    return f"{point} {address}" if address else point


@FIELD_TYPES.register
class Location(FieldType):
    """A point with an address; the language sees its text."""

    type = "location"
    kind = Kind.TEXT

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """A point in either form."""
        return read_location
