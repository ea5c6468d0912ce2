"""Finds entities, fields and collections by name, label or regular plural, and the nearest when there is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

from ruleloom.dsl.vocabulary import CollectionWords, EntityWords, FieldWords, Labels, Vocabulary

Named = TypeVar("Named", EntityWords, FieldWords, CollectionWords)
_LONGEST_SUGGESTED = 64


def normal(word: str) -> str:
    """A word as names are compared: NFC."""
    return word if word.isascii() else unicodedata.normalize("NFC", word)


def plurals(word: str) -> tuple[str, ...]:
    """The regular English plurals of a word."""
    if not word or not word.isascii() or not word[-1].isalpha():
        return ()
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word + "es",)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (word[:-1] + "ies",)
    return (word + "s",)


Divided = tuple[str, str, int, int, int]
"""A token of a run without spaces: type, value, begin and end within the run, wholeness (`division`)."""


@dataclass(slots=True)
class Words:
    """Every name and label of a workspace, as the lexer needs them."""

    all: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    """Values and labels of the options of choices."""
    _by_letter: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    divided: dict[str, tuple[Divided, ...]] = field(default_factory=dict)
    """How runs that were met are divided: a text says the same names again and again."""

    @classmethod
    def of(cls, found: Iterable[str], options: Iterable[str] = ()) -> Words:
        """The words, by first letter and the longest first."""
        every = frozenset(found) - {""}
        by_letter: dict[str, list[str]] = {}
        for word in sorted(every, key=lambda word: (-len(word), word)):
            by_letter.setdefault(word[0], []).append(word)
        return cls(every, frozenset(options), {letter: tuple(words) for letter, words in by_letter.items()})

    def starting(self, letter: str) -> Sequence[str]:
        """The words that begin with a letter, longest first."""
        return self._by_letter.get(letter, ())


class _Index(dict[str, list[Named]]):
    """Word → what is called so: names first; labels and plurals only where no name takes the word."""

    @classmethod
    def of(cls, things: Sequence[Named], *, with_plurals: bool = False) -> _Index[Named]:
        index = cls()
        for words_of in (_names, _labels, *((_plurals,) if with_plurals else ())):
            layer: dict[str, list[Named]] = {}
            for thing in things:
                for word in words_of(thing):
                    layer.setdefault(word, []).append(thing)
            for word, found in layer.items():
                index.setdefault(word, found)
        return index


def _names(thing: EntityWords | FieldWords | CollectionWords) -> set[str]:
    return {normal(thing.name)}


def _labels(thing: EntityWords | FieldWords | CollectionWords) -> set[str]:
    return {normal(label) for label in thing.labels.values() if label}


def _plurals(thing: EntityWords | FieldWords | CollectionWords) -> set[str]:
    return {plural for word in _names(thing) | _labels(thing) for plural in plurals(word)}


class Names:
    """The names of one workspace. Build it through `names_of`, which keeps it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._entities = _Index.of(vocabulary.entities, with_plurals=True)
        self._fields = {entity.id: _Index.of(entity.fields) for entity in vocabulary.entities}
        self._collections = {entity.id: _Index.of(entity.collections) for entity in vocabulary.entities}
        self.words = Words.of(self._every_word(), self._every_option())

    def _every_word(self) -> Iterable[str]:
        yield from self._entities
        for fields in self._fields.values():
            yield from fields
        for collections in self._collections.values():
            yield from collections

    def _every_option(self) -> Iterable[str]:
        for entity in self.vocabulary.entities:
            for each in entity.fields:
                for option in each.options:
                    yield from map(normal, (option.value, *option.labels.values()))

    def entities(self, word: str) -> Sequence[EntityWords]:
        """The entities that a word can mean."""
        return self._entities.get(normal(word), ())

    def fields(self, entity_id: str, word: str) -> Sequence[FieldWords]:
        """The fields of an entity that a word can mean."""
        return self._fields[entity_id].get(normal(word), ())

    def collections(self, entity_id: str, word: str) -> Sequence[CollectionWords]:
        """The collections of an entity that a word can mean; also by the entity behind, where only one leads to it."""
        found = self._collections[entity_id].get(normal(word), ())
        if found:
            return found
        behind = {entity.id for entity in self.entities(word)}
        near = [each for each in self.vocabulary.entity(entity_id).collections if each.entity in behind]
        return near if len(near) == 1 else ()

    def near_fields(self, entity_id: str, word: str, *, collections: bool = True) -> str | None:
        """The nearest name or label of a field or collection."""
        candidates = list(self._fields[entity_id])
        if collections:
            candidates += self._collections[entity_id]
        return nearest(word, candidates)

    def near_collections(self, entity_id: str, word: str) -> str | None:
        """The nearest name or label of a collection."""
        return nearest(word, self._collections[entity_id])

    def near_entities(self, word: str) -> str | None:
        """The nearest name or label of an entity."""
        return nearest(word, self._entities)


_KEPT: WeakKeyDictionary[Vocabulary, Names] = WeakKeyDictionary()


def names_of(vocabulary: Vocabulary) -> Names:
    """The names of a vocabulary, which is taken not to change."""
    kept = _KEPT.get(vocabulary)
    if kept is None:
        kept = _KEPT[vocabulary] = Names(vocabulary)
    return kept


def label(name: str, labels: Labels, language: str) -> str:
    """What people read: the label of their language, else the name."""
    return labels.get(language) or name  # type: ignore[call-overload]


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that a mistyped word most likely meant; None when none is near."""
    if len(word) > _LONGEST_SUGGESTED:
        return None
    plain = _plain(word)
    allowed = 1 if len(plain) < 5 else 2 if len(plain) < 9 else 3
    best: tuple[int, int, int, str] | None = None
    for candidate in candidates:
        if abs(len(candidate) - len(word)) > allowed + 1:
            continue
        slips = distance(plain, _plain(candidate), allowed)
        if slips > allowed or slips >= max(len(plain), 1):
            continue
        rank = (slips, distance(word, candidate, allowed), abs(len(candidate) - len(word)), candidate)
        if best is None or rank < best:
            best = rank
    return best[3] if best else None


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace(" ", "")


def distance(left: str, right: str, allowed: int) -> int:
    """Insertions, deletions, substitutions and swaps between two words; above `allowed` it is not exact."""
    if abs(len(left) - len(right)) > allowed:
        return allowed + 1
    older: list[int] = []
    above = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        row = [i]
        for j, other in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return allowed + 1
        older, above = above, row
    return above[-1]
