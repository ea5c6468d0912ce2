"""Lowest room: the text of every code and label in zh and en, and the base error.

Every code lives in `texts/<room>.yaml` as `code: {en: …, zh: …}`; `{name}` in a text is filled from the parameters.
"""

from __future__ import annotations

from ruleloom.messages.errors import Diagnostic, Fix, Place, RuleloomError, Severity
from ruleloom.messages.texts_of import LANGUAGES, Language, codes, text

__all__ = ["LANGUAGES", "Diagnostic", "Fix", "Language", "Place", "RuleloomError", "Severity", "codes", "text"]
