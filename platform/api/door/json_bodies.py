"""Addresses and bodies of JSON, read strictly: what can be read in two ways, or kept by no database, is refused.

Refused besides what is no JSON at all: a name twice in one object, NaN and Infinity, numbers and nesting out of all
proportion, half characters (lone surrogates) and NUL; and a body that does not say it is JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from flask import Request
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request

from ruleloom.api.door.here import asked
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.missing import Missing

DEEPEST = 60
"""Objects and lists within each other: more than any content of ours has, far less than what exhausts a stack."""
LONGEST_NUMBER = 400
"""Digits of a whole number; longer ones take long to read."""
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2})|\\u[dD][c-fC-F][0-9a-fA-F]{2}")


class BrokenBody(RuleloomError):
    """The body cannot be read in one way only."""

    status = 400


class BrokenTexts(RuleloomError):
    """Texts that no database keeps; every one of them is named."""


class NotJson(RuleloomError):
    """There is a body, and it does not say that it is JSON."""

    status = 415


def require_readable_address() -> None:
    """No NUL in the path (nothing has such a name: 404) or in the query (400): databases refuse to be asked for it."""
    request = asked()
    if "\0" in request.path:
        raise Missing.of("not-found")
    if request.query_string and any("\0" in value for values in request.args.listvalues() for value in values):
        raise BrokenBody.of("broken-request")


class JsonParser(FlaskParser):
    """The reader of bodies of every resource."""

    def get_default_request(self) -> Request:
        """The request itself."""
        return asked()

    def _raw_load_json(self, req: Request) -> Any:
        if is_json_request(req):
            return read_json(req.get_data(cache=True))
        if req.get_data(cache=True):
            raise NotJson.of("not-json")
        return missing


def read_json(raw: bytes) -> Any:
    """The value of a body; `BrokenBody` or `BrokenTexts` says what is wrong with it."""
    try:
        found = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number, parse_int=_whole_number
        )
    except RecursionError as deep:
        raise BrokenBody.of("json-too-deep", most=DEEPEST) from deep
    except ValueError as broken:  # also UnicodeDecodeError
        raise BrokenBody.of("broken-json") from broken
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _depth(found) > DEEPEST:
        raise BrokenBody.of("json-too-deep", most=DEEPEST)
    if _SUSPECT.search(raw) and (wrong := list(_broken_texts(found, ()))):
        raise BrokenTexts(*wrong)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise BrokenBody(*(Diagnostic("json-name-twice", params={"name": _shown(name)}) for name in twice))
    return made


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _whole_number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("too long")
    return int(digits)


def _depth(value: Any) -> int:
    """How many objects and lists lie within each other, counted level by level."""
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, (dict, list))]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _broken_texts(value: Any, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Every text with NUL or half a character, by its place; names of an object are texts too."""
    if isinstance(value, str):
        code = _code(value)
        if code is not None:
            yield _diagnostic(code, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            code = _code(name)
            if code is not None:
                yield _diagnostic(code, (*path, _shown(name)))
            else:
                yield from _broken_texts(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _broken_texts(inner, (*path, str(number)))


def _code(text: str) -> str | None:
    if "\0" in text:
        return "text-nul"
    return "text-broken" if any("\ud800" <= character <= "\udfff" for character in text) else None


def _diagnostic(code: str, path: tuple[str, ...]) -> Diagnostic:
    target = ".".join(path[1:] if path[:1] == ("values",) and len(path) > 1 else path)
    return Diagnostic(code, params={"field": target or "JSON"}, target=target or None)


def _shown(name: str) -> str:
    """A name as it can be answered: without NUL and half characters, and not endless."""
    return name.replace("\0", "?").encode("utf-8", "replace").decode("utf-8")[:80]
