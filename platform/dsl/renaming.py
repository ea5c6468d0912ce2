"""A name or label has changed: the texts of rules follow, comments kept."""

from __future__ import annotations

from ruleloom.dsl.reading.parsing import PartName, parse
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.dsl.writing.canonical import written
from ruleloom.messages import Language


def reformat(
    text: str,
    old: Vocabulary,
    new: Vocabulary,
    language: Language | None = None,
    *,
    entity: str | None = None,
    part: PartName = "rules",
) -> str:
    """The text with the names of `new`; unchanged where it has errors or says nothing that was renamed.

    Trees hold permanent ids, so this touches only what people read; `old` and `new` must share those ids.
    """
    parsed = parse(text, old, language, entity=entity, part=part)
    if not parsed.ok:
        return text
    trees = parsed.rules if part == "rules" else (parsed.tree,)
    before, after = (
        "\n\n".join(written(tree, words, parsed.language) for tree in trees if tree is not None) for words in (old, new)
    )
    return text if before == after else after
