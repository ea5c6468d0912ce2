"""What would turn a condition that has been explained: the least that people can change, and time."""

from __future__ import annotations

from ruleloom.engine.explaining.explanation import Asked, Explanation, Outlook
from ruleloom.engine.explaining.remedies import steps_of
from ruleloom.engine.explaining.turning import turn_of
from ruleloom.engine.explaining.why import explainer_of


def outlook_of(explanation: Explanation, asked: Asked) -> Outlook:
    """For a condition that fails what would make it true, for one that holds what would make it false."""
    explainer = explainer_of(explanation.condition, asked.vocabulary)
    return Outlook(steps_of(explainer, explanation, asked), turn_of(explainer, asked))
