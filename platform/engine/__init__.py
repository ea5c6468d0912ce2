"""The engine room; see its README. `explain` says why a condition holds or not for one record at one moment."""

from __future__ import annotations

from ruleloom.engine.explaining.explanation import Asked, Explanation
from ruleloom.engine.explaining.tracing import explainer
from ruleloom.engine.explaining.why import explain

__all__ = ["Asked", "Explanation", "explain", "explainer"]
