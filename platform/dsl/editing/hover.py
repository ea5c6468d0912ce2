"""What the thing under the pointer is, and which values the function around the cursor takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ruleloom.dsl.checking.checker import Named, kind_name
from ruleloom.dsl.checking.names import label
from ruleloom.dsl.checking.paths import is_writable
from ruleloom.dsl.editing.completion import Completer
from ruleloom.dsl.editing.slots import Slot, slot_of
from ruleloom.dsl.functions import FUNCTIONS, Function
from ruleloom.dsl.keywords import Keyword, function_word, keywords, spelled
from ruleloom.dsl.reading.parsing import PartName, guess_language
from ruleloom.dsl.reading.syntax import Token
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.messages import Language, text

_CALLING = ("FUNCTION", "MINMAX", "AGG", "IF")


@dataclass(frozen=True, slots=True)
class Hover:
    """What stands from `start` to `end` (code points): its name, what it is, and more about it."""

    start: int
    end: int
    title: str
    detail: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A function or action with what it takes; `active` is the part at the cursor, from 0; -1 for none of them."""

    label: str
    parameters: tuple[str, ...]
    active: int
    detail: str


@cache
def _explanations() -> Mapping[str, Mapping[Language, str]]:
    found: Mapping[str, Mapping[Language, str]] = yaml.safe_load(
        files("ruleloom.dsl.editing").joinpath("explanations.yaml").read_text(encoding="utf-8")
    )
    return found


def explained(token: str, value: str | None, reader: Language) -> str:
    """What a word of the language means, in the reader's language; empty for marks."""
    found = _explanations().get(f"{token} {value}") or _explanations().get(token)
    return found[reader] if found else ""


def hover(
    source: str,
    position: int,
    vocabulary: Vocabulary,
    language: Language | None = None,
    *,
    entity: str | None = None,
    part: PartName = "rules",
    reader: Language = "en",
) -> Hover | None:
    """What stands at a code point of a text, told in the reader's language; None for marks, texts and unknown names."""
    chosen: Language = language or guess_language(source)
    found = next(
        (token for token in _tokens(source, vocabulary, chosen, entity, part) if token.start <= position < token.end),
        None,
    )
    if found is None:
        return None
    if found.type == "NAME":
        return _named(source, found, vocabulary, chosen, entity, part, reader)
    keyword = _keyword(found)
    if keyword is None:
        return None
    other = keyword.word("zh" if chosen == "en" else "en")
    title = source[found.start : found.end]
    return Hover(found.start, found.end, title, explained(found.type, keyword.value, reader), (other,) if other else ())


def _tokens(source: str, vocabulary: Vocabulary, language: Language, entity: str | None, part: PartName) -> list[Token]:
    return Completer(source + " ", vocabulary, language, entity, part).tokens


def _keyword(token: Token) -> Keyword | None:
    same = [each for each in keywords() if each.token == token.type]
    return next((each for each in same if each.value in (None, token.value)), None)


def _named(
    source: str,
    token: Token,
    vocabulary: Vocabulary,
    language: Language,
    entity: str | None,
    part: PartName,
    reader: Language,
) -> Hover | None:
    completer = Completer(source[: token.start], vocabulary, language, entity, part)
    last = completer.tokens[-1].type if completer.tokens else ""
    thing: Named | None = None
    if last in ("ON", "CREATE", "ALL"):
        thing = next(iter(completer.names.entities(token.value)), None)
    else:
        home = completer.standing_on()
        if home is not None:
            found: list[Named] = [*completer.names.fields(home.id, token.value)]
            found += completer.names.collections(home.id, token.value)
            thing = found[0] if found else None
    if thing is None:
        return None
    lines = tuple(_about(thing, vocabulary, reader))
    return Hover(token.start, token.end, label(thing.name, thing.labels, reader), _what(thing, reader), lines)


def _what(thing: Named, reader: Language) -> str:
    value_type = getattr(thing, "value_type", None)
    if value_type is not None:
        return kind_name(value_type.kind)[reader]
    return text("hover-related" if hasattr(thing, "via") else "hover-entity", reader)


def _about(thing: Named, vocabulary: Vocabulary, reader: Language) -> Iterator[str]:
    """Its name in rules, its options, and where it leads to."""
    yield text("hover-name", reader, {"name": thing.name})
    options = getattr(thing, "options", ())
    if options:
        shown = [label(option.value, option.labels, reader) for option in options]
        yield text("hover-options", reader, {"options": shown})
    leads_to = getattr(getattr(thing, "value_type", None), "entity", None) or (getattr(thing, "entity", None))
    if isinstance(leads_to, str):
        target = vocabulary.entity(leads_to)
        yield text("hover-leads-to", reader, {"entity": label(target.name, target.labels, reader)})


# ---- signatures


def signature(
    source: str,
    position: int,
    vocabulary: Vocabulary,
    language: Language | None = None,
    *,
    entity: str | None = None,
    part: PartName = "rules",
    reader: Language = "en",
) -> Signature | None:
    """The function, aggregate or action around a code point, and which of its parts is being written there."""
    chosen: Language = language or guess_language(source)
    completer = Completer(source[: max(0, position)] + " ", vocabulary, chosen, entity, part)
    tokens = completer.tokens
    slot = slot_of(tokens, len(tokens))
    found = _calling(tokens, slot, chosen, reader)
    if found is not None or slot is None:
        return found
    return (
        _creating(completer, slot, chosen, reader) if slot.action == "CREATE" else _acting(tokens, slot, chosen, reader)
    )


def _calling(tokens: list[Token], slot: Slot | None, chosen: Language, reader: Language) -> Signature | None:
    """The function or aggregate whose parentheses are open."""
    depth = commas = 0
    for at in range(len(tokens) - 1, slot.begin if slot is not None else 0, -1):
        kind = tokens[at].type
        depth += (kind == "RPAR") - (kind == "LPAR")
        commas += kind == "COMMA" and depth == 0
        if depth < 0:
            if tokens[at - 1].type in _CALLING:
                return _signature(tokens[at - 1], commas, chosen, reader)
            depth = commas = 0
    return None


def _creating(completer: Completer, slot: Slot, chosen: Language, reader: Language) -> Signature | None:
    """`create E (…)` with the fields of E; the active one is being given its value."""
    name = completer.tokens[slot.at + 1].value
    entity = next(iter(completer.names.entities(name)), None)
    if entity is None:
        return None
    fields = [each for each in entity.fields if is_writable(each)]
    parts = tuple(f"{label(each.name, each.labels if chosen == 'zh' else {}, chosen)} = …" for each in fields)
    written = "" if slot.named is None else completer.tokens[slot.named].value
    given = completer.names.fields(entity.id, written)
    active = next((i for i, each in enumerate(fields) if each in given), -1)
    word = spelled("CREATE", None, chosen)
    return Signature(f"{word} {name} ({', '.join(parts)})", parts, active, explained("CREATE", None, reader))


def _acting(tokens: list[Token], slot: Slot, chosen: Language, reader: Language) -> Signature | None:
    """An action with its parts; the active one is the last that has begun."""
    shape = _shapes().get(slot.action)
    if shape is None:
        return None
    begun = {"HELD" if each.type == "GIVE" and slot.action != "ASSIGN" else each.type for each in tokens[slot.at :]}
    begun |= {"TO"} if any(each.type == "GIVE" for each in tokens[slot.at :]) else set()
    active = max(i for i, each in enumerate(shape["begins"]) if i == 0 or each in begun)
    parts = tuple(shape["parts"][reader])
    return Signature(shape["words"][chosen].format(*parts), parts, active, explained(slot.action, None, reader))


@cache
def _shapes() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(
        files("ruleloom.dsl.editing").joinpath("action_shapes.yaml").read_text(encoding="utf-8")
    )
    return found


def _signature(token: Token, active: int, language: Language, reader: Language) -> Signature:
    keyword = _keyword(token)
    name = (keyword.value if keyword else None) or token.value
    word = (keyword.word(language) if keyword else None) or name
    function = FUNCTIONS.get(name) if token.type != "AGG" else None
    parameters: tuple[str, ...]
    if function is None:
        parameters = (text("signature-records" if name == "count" else "signature-field", reader),)
    else:
        parameters = tuple(_parameters(function, reader))
        word = function_word(name, language)
    shown = min(active, len(parameters) - 1)
    return Signature(
        f"{word}({', '.join(parameters)})",
        parameters,
        shown,
        explained(token.type, keyword.value if keyword else None, reader),
    )


def _parameters(function: Function, reader: Language) -> Iterator[str]:
    count = len(function.parameters)
    total = max(count, function.most or count)
    for position in range(total):
        kinds = function.parameters[min(position, count - 1)]
        shown = _kinds(kinds, reader)
        yield shown if position < function.least else f"[{shown}]"
    if function.most is None:
        yield "…"


def _kinds(kinds: frozenset[Kind], reader: Language) -> str:
    if not kinds:
        return text("signature-condition", reader)
    if len(kinds) > 4:
        return text("signature-value", reader)
    joint = {"en": " or ", "zh": "或"}[reader]
    return joint.join(kind_name(kind)[reader] for kind in sorted(kinds))
