"""The words of the language and of a workspace, for highlighting and palettes."""

from __future__ import annotations

from typing import Any

from ruleloom.dsl.keywords import keywords
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.dsl.writing.canonical import quoted_name
from ruleloom.messages import Language


def words(vocabulary: Vocabulary, language: Language, *, entity: str | None = None) -> dict[str, Any]:
    """`{"keywords": [{word, group}], "entities": [{id, name, label}], "fields": […], "collections": […]}`.

    `insert` is how a name is written in the text. Fields and collections are those of `entity`.
    """
    found = vocabulary.entity(entity) if entity is not None else None
    return {
        "keywords": [
            {"word": word, "group": keyword.group} for keyword in keywords() for word in keyword.words[language]
        ],
        "entities": [_named(each, language) for each in vocabulary.entities],
        "fields": [
            {
                **_named(each, language),
                "kind": each.value_type.kind.value,
                "options": [
                    {"value": option.value, "label": option.labels.get(language) or option.value}
                    for option in each.options
                ],
            }
            for each in (found.fields if found else ())
        ],
        "collections": [
            {**_named(each, language), "entity": each.entity} for each in (found.collections if found else ())
        ],
    }


def _named(thing: Any, language: Language) -> dict[str, Any]:
    label = thing.labels.get(language) or thing.name
    word = label if language == "zh" else thing.name
    made = {"name": thing.name, "label": label, "insert": quoted_name(word, language)}
    return {"id": thing.id, **made} if hasattr(thing, "id") else made
