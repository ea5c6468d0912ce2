"""The engine room; see its README. `explain` says why a condition holds or not for one record at one moment."""

from __future__ import annotations

from ruleloom.engine.explaining import explain
from ruleloom.engine.explanation import Asked, Explanation
from ruleloom.engine.tracing import explainer

__all__ = ["Asked", "Explanation", "explain", "explainer"]
