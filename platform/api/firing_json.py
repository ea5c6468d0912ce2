"""Firings with their effects as JSON."""

from __future__ import annotations

from typing import Any

from ruleloom.api.wire import instant_text
from ruleloom.forms.entity import Model
from ruleloom.runtime.reading import ShownFiring
from ruleloom.storage.firing_log import EffectRow

_STATUSES = {"queued": "pending", "dead": "failed", "cancelled": "skipped"}


def firing_json(model: Model, shown: ShownFiring) -> dict[str, Any]:
    """One firing: what fired on what, when, why, and what it did."""
    row = shown.row
    return {
        "id": str(row.id),
        "at": instant_text(row.at),
        "recorded_at": instant_text(row.recorded_at),
        "rule": {"id": row.rule, "name": shown.rule, "version": row.rule_version},
        "record": _titled(model, shown, row.entity, row.record),
        "edge": row.edge,
        "reason": row.reason,
        "effects": [_effect(model, shown, effect) for effect in shown.effects],
        "cause": str((row.cause or {}).get("kind", "time")),
    }


def _effect(model: Model, shown: ShownFiring, effect: EffectRow) -> dict[str, Any]:
    record = None
    if effect.entity is not None and effect.record is not None:
        record = _titled(model, shown, effect.entity, effect.record)
    return {
        "id": str(effect.id),
        "kind": effect.kind,
        "status": _STATUSES.get(effect.status, effect.status),
        "summary": effect.summary or {"en": effect.kind, "zh": effect.kind},
        "record": record,
    }


def _titled(model: Model, shown: ShownFiring, entity: str, record: int) -> dict[str, Any]:
    title = shown.titles.get((entity, record))
    known = {each.id: each.key for each in model.entities}
    return {"entity": known.get(entity, entity), "id": str(record), "title": None if title is None else str(title)}
