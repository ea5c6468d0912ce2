"""Completion: what can stand at a place of a text, knowing names and types: after `stage =` the options of stage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ruleloom.dsl.checking.checker import Checker
from ruleloom.dsl.checking.names import Names, names_of
from ruleloom.dsl.checking.paths import is_writable, user_entity
from ruleloom.dsl.editing.slots import Slot, assigned, opened_template, slot_of
from ruleloom.dsl.keywords import keywords
from ruleloom.dsl.reading.grammar import END, table
from ruleloom.dsl.reading.lexer import scan
from ruleloom.dsl.reading.parsing import PartName, guess_language
from ruleloom.dsl.reading.repair import accepted_terminals, one_line, stack_after
from ruleloom.dsl.reading.syntax import Token
from ruleloom.dsl.types import Kind, ValueType
from ruleloom.dsl.vocabulary import CollectionWords, EntityWords, FieldWords, Vocabulary
from ruleloom.dsl.writing.canonical import quoted_name, quoted_text
from ruleloom.messages import Language, text

_TYPED = re.compile(r"[\w\u0300-\u036f]*\Z")
_COMPARED = frozenset(
    {
        "EQ",
        "NE",
        "ORDER",
        "CHANGES_TO",
        "MATCH",
        "IN",
        "NOT_IN",
        "HAS",
        "CHANGES_FROM",
        "TO",
        "BETWEEN",
        "BEFORE",
        "AFTER",
    }
)
_INSIDE = frozenset({"LPAR", "COMMA", "STRING", "NUMBER"})
_TIMES = frozenset({Kind.DATE, Kind.DATETIME})
_ONLY_FOR = {
    "BOOL": {Kind.BOOLEAN}, "NO": {Kind.BOOLEAN}, "NOW": _TIMES, "TODAY": _TIMES, "ME": {Kind.RECORD},
    "THIS": {Kind.RECORD},
}  # fmt: skip
"""Words that fit values of some kinds only."""
_GIVEN = frozenset({"TO", "GIVE", "HELD"})
"""The words before the person or record that an action is for."""
_MOST = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One offer: what the list shows, what is inserted, what kind of thing it is, and a word about it."""

    label: str
    insert: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of value is to be written: a type, and the field whose value it will be or is compared with."""

    type: ValueType
    field: FieldWords | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """Offers for the text from `start` (a code point) to the place asked about."""

    start: int
    items: tuple[Item, ...]


def complete(
    text: str,
    position: int,
    vocabulary: Vocabulary,
    language: Language | None = None,
    *,
    entity: str | None = None,
    part: PartName = "rules",
) -> Completion:
    """What can be written at a code point of a text. `entity` is the record's entity where the text names none."""
    before = text[: max(0, min(position, len(text)))]
    chosen: Language = language or guess_language(text)
    inner = opened_template(before)
    if inner is None:
        return Completer(before, vocabulary, chosen, entity, part).completion()
    around = Completer(before[:inner], vocabulary, chosen, entity, part).standing_on()
    if around is None:
        return Completion(len(before), ())
    found = Completer(before[inner:], vocabulary, chosen, around.id, "expression").completion()
    return Completion(found.start + inner, found.items)


class Completer:
    """One question: what is known at the end of a text. `hover` and `signature` ask it too."""

    def __init__(
        self, before: str, vocabulary: Vocabulary, language: Language, entity: str | None, part: PartName
    ) -> None:
        self.names: Names = names_of(vocabulary)
        self.language: Language = language
        self.table = table(language)
        self.start_symbol = "rule" if part in ("rules", "rule") else "expression"
        self.typed, self.tokens = self._split(before)
        self.start = len(before) - len(self.typed)
        self.entity = vocabulary.entity(entity) if entity is not None else self._rule_entity()

    def _split(self, before: str) -> tuple[str, list[Token]]:
        """The word being typed and the tokens before it. In a run without spaces only an unfinished word counts."""
        found = _TYPED.search(before)
        typed = found[0] if found else ""
        tokens = self._tokens(before)
        if (
            self.language == "zh"
            and tokens
            and tokens[-1].end == len(before)
            and tokens[-1].start > len(before) - len(typed)
        ):
            last = tokens[-1]
            is_whole = last.type != "NAME" or last.value in self.names.words.all
            typed = "" if is_whole else before[last.start :]
        if typed.isdigit():
            typed = ""
        return typed, [token for token in tokens if token.end <= len(before) - len(typed)]

    def _tokens(self, before: str) -> list[Token]:
        begin = 0
        if self.start_symbol == "rule":
            word = {"en": r"(?<!\w)rule\s*[\"“]", "zh": r"规则\s*[\"“「]"}[self.language]
            begin = max((match.start() for match in re.finditer(word, before)), default=0)
        lattice = scan(before, self.names.words, self.language, begin)
        return one_line(self.table, self.start_symbol, lattice, begin, len(before))

    def _rule_entity(self) -> EntityWords | None:
        for position, token in enumerate(self.tokens[:-1]):
            if token.type == "ON":
                found = self.names.entities(self.tokens[position + 1].value)
                return found[0] if len(found) == 1 else None
        return None

    # ---- offers

    def completion(self) -> Completion:
        """All offers that begin like the word being typed; when none does, those that contain it."""
        items = list(dict.fromkeys(self._items()))
        typed = self.typed.casefold()
        starting = [item for item in items if item.label.casefold().startswith(typed)]
        inside = [item for item in items if typed in item.label.casefold() and item not in starting]
        return Completion(self.start, tuple((starting + inside)[:_MOST]))

    def _items(self) -> Iterator[Item]:
        stack = stack_after(self.table, self.start_symbol, self.tokens)
        if stack is None:
            return
        accepted = set(accepted_terminals(self.table, stack)) - {END}
        if "STRING" in accepted:
            yield from self._options()
        if "NAME" in accepted:
            yield from self._named()
        yield from self._words(accepted)

    def _words(self, accepted: set[str]) -> Iterator[Item]:
        wanted = self.wanted()
        kind = wanted.type.kind if wanted is not None else None
        if wanted is not None:
            accepted = {each for each in accepted if self._word_fits(each, wanted.type)}
        rows = sorted(keywords(), key=lambda each: kind is None or kind not in _ONLY_FOR.get(each.token, ()))
        for keyword in rows:
            word = keyword.word(self.language)
            if word and keyword.token in accepted and keyword.token not in ("MEASURE", "TIMES"):
                yield Item(word, word, "keyword", keyword.group)

    def _word_fits(self, terminal: str, wanted: ValueType) -> bool:
        if terminal in _ONLY_FOR and wanted.kind not in _ONLY_FOR[terminal]:
            return False
        standing_for = {"ME": self._people(), "THIS": self.entity}.get(terminal)
        return standing_for is None or wanted.entity in (None, standing_for.id)

    def _people(self) -> EntityWords | None:
        return user_entity(Checker("", self.names, self.language))

    def _named(self) -> Iterator[Item]:
        last = self.tokens[-1].type if self.tokens else ""
        if last in ("ON", "CREATE", "ALL"):
            yield from (self._item(each, "entity") for each in self.names.vocabulary.entities)
            return
        entity = self.standing_on()
        if entity is None:
            return
        slot = slot_of(self.tokens, len(self.tokens))
        if slot is not None and last != "DOT" and (slot.is_name or last == "ASSIGN"):
            yield from (self._item(field, "field") for field in self._assignable(entity, slot))
            return
        wanted = self.wanted()
        fitting = [each for each in entity.fields if wanted is None or _fits(each, wanted)]
        if wanted is not None and wanted.type.entity is not None:
            fitting.sort(key=lambda each: each.value_type.entity != wanted.type.entity)
        yield from (self._item(field, "field") for field in fitting)
        yield from (self._item(each, "collection") for each in entity.collections)

    def _assignable(self, entity: EntityWords, slot: Slot) -> list[FieldWords]:
        """The fields that may still be given a value here, those that must have one first."""
        taken = assigned(self.tokens, slot, len(self.tokens)) if slot.assigns else set()
        people = self._people() if slot.action == "ASSIGN" else None
        free = [
            each
            for each in entity.fields
            if is_writable(each)
            and not any(each in self.names.fields(entity.id, word) for word in taken)
            and (people is None or each.value_type.entity == people.id)
        ]
        return sorted(free, key=lambda each: not getattr(each, "required", False))

    def _item(self, thing: EntityWords | FieldWords | CollectionWords, kind: str) -> Item:
        label = thing.labels.get(self.language) if self.language == "zh" else None
        word = label or thing.name
        value_type = getattr(thing, "value_type", None)
        detail = thing.labels.get(self.language) or ""
        return Item(word, quoted_name(word, self.language), kind, self._kind(value_type) if value_type else detail)

    def _kind(self, value_type: ValueType) -> str:
        """What a field holds, for people: a kind of value, or what it refers to."""
        if value_type.entity is None:
            return text(f"kind-{value_type.kind}", self.language, {})
        entity = self.names.vocabulary.entity(value_type.entity)
        return entity.labels.get(self.language) or entity.name

    def standing_on(self) -> EntityWords | None:
        """The entity whose names can follow: behind dots the one that the path leads to, in `where` the row's."""
        return self._follow(len(self.tokens))

    def _follow(self, end: int) -> EntityWords | None:
        names: list[Token] = []
        at = end - 1
        while at > 0 and self.tokens[at].type == "DOT":
            names.insert(0, self.tokens[at - 1])
            at -= 2
        home = self._home(at + 1)
        if names and names[0].type in ("THIS", "ME"):
            first = names.pop(0)
            home = self.entity if first.type == "THIS" else user_entity(Checker("", self.names, self.language))
        for token in names:
            home = self._next(home, token.value) if home is not None else None
        return home

    def _home(self, end: int) -> EntityWords | None:
        """The entity that bare names belong to: that of the innermost `where` or assignment, else the record's."""
        slot = slot_of(self.tokens, end)
        depth = 0
        for at in range(end - 1, slot.begin if slot is not None else -1, -1):
            kind = self.tokens[at].type
            depth += (kind == "RPAR") - (kind == "LPAR")
            if kind in ("WHERE", "ALL", "ALL_OF") and depth <= 0 and at > 0 and not self._closed(at, end):
                found = self._row_before(at)
                if found is not None:
                    return found
        return self.entity if slot is None else self._acted_on(slot)

    def _row_before(self, at: int) -> EntityWords | None:
        """The entity of the rows that the collection before a token has."""
        source = at - 1
        while source > 1 and self.tokens[source].type not in ("NAME", "THIS"):
            source -= 1
        entity = self._follow(source)
        found = self._next(entity, self.tokens[source].value) if entity is not None else None
        return found or (entity if source > 1 and self.tokens[source - 1].type == "DOT" else None)

    def _acted_on(self, slot: Slot) -> EntityWords | None:
        """The entity whose fields an action names here."""
        if slot.action == "CREATE" and slot.is_name:
            found = self.names.entities(self.tokens[slot.at + 1].value)
            return found[0] if len(found) == 1 else None
        if slot.action == "CALL" and slot.is_name:
            return None
        if slot.action == "UPDATE":
            ends = slot.at + 1
            while ends + 2 < slot.begin and self.tokens[ends + 1].type == "DOT":
                ends += 2
            return self._row_before(ends + 1)
        return self.entity

    def _closed(self, where: int, end: int) -> bool:
        """Whether a `where` without parentheses has ended: a logical word follows it."""
        opened = where + 1 < end and self.tokens[where + 1].type == "LPAR"
        kinds = [token.type for token in self.tokens[where + 1 : end]]
        if opened:
            return kinds.count("LPAR") <= kinds.count("RPAR")
        return any(kind in ("AND", "OR", "THEN", "RPAR") for kind in kinds)

    def _next(self, entity: EntityWords, word: str) -> EntityWords | None:
        collections = self.names.collections(entity.id, word)
        if len(collections) == 1:
            return self.names.vocabulary.entity(collections[0].entity)
        fields = self.names.fields(entity.id, word)
        if len(fields) == 1 and fields[0].value_type.kind is Kind.RECORD and fields[0].value_type.entity:
            return self.names.vocabulary.entity(fields[0].value_type.entity)
        return None

    def wanted(self) -> Wanted | None:
        """What the value to be written is compared with, goes into, or is for."""
        slot = slot_of(self.tokens, len(self.tokens))
        if slot is not None and slot.is_name:
            return None
        field = self._compared()
        if field is not None:
            return Wanted(field.value_type, field)
        if slot is None or slot.inside or not self.tokens:
            return None
        last, people = self.tokens[-1].type, self._people()
        person = Wanted(ValueType(Kind.RECORD, entity=people.id)) if people is not None else None
        if slot.action == "NOTIFY" and last in ("NOTIFY", "COMMA"):
            return person
        if slot.action == "ADD_TASK" and last == "DUE":
            return Wanted(ValueType(Kind.DATETIME))
        if last in _GIVEN and slot.action in ("ADD_TASK", "ASSIGN"):
            return person
        return Wanted(ValueType(Kind.RECORD)) if last in _GIVEN and slot.action == "RUN_REPORT" else None

    def _compared(self) -> FieldWords | None:
        """The field on the other side of the comparison or assignment whose value is to be written."""
        at = len(self.tokens) - 1
        while at >= 0 and self.tokens[at].type in _INSIDE:
            at -= 1
        if at > 1 and self.tokens[at].type in ("AND", "TO_END") and self.tokens[at - 2].type == "BETWEEN":
            at -= 2
        while at > 0 and self.tokens[at].type in ("CHANGES_TO", "TO") and self.tokens[at - 1].type == "STRING":
            at -= 2
        if at < 1 or self.tokens[at].type not in _COMPARED or self.tokens[at - 1].type != "NAME":
            return None
        entity = self._follow(at - 1)
        fields = self.names.fields(entity.id, self.tokens[at - 1].value) if entity is not None else ()
        return fields[0] if fields else None

    def _options(self) -> Iterable[Item]:
        """The options of the choice that is being compared or set."""
        wanted = self.wanted()
        for option in wanted.field.options if wanted is not None and wanted.field is not None else ():
            label = option.labels.get(self.language) or option.value
            yield Item(label, quoted_text(label), "option", option.value)


def _fits(field: FieldWords, wanted: Wanted) -> bool:
    """Whether a field can stand where such a value is wanted; references lead on to other fields."""
    one, other = field.value_type, wanted.type
    if one.kind is Kind.RECORD or (one.kind in _TIMES and other.kind in _TIMES):
        return True
    return one.kind is other.kind and (one.kind not in (Kind.CHOICE, Kind.CHOICES) or field is wanted.field)
