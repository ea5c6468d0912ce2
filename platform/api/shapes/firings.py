"""Firings with their effects as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruleloom.api.shapes.wire import instant_text
from ruleloom.forms.entity import USER, Model
from ruleloom.messages import LANGUAGES, text
from ruleloom.runtime.durable import queues
from ruleloom.runtime.showing.chains import Chains
from ruleloom.runtime.showing.reading import ShownFiring
from ruleloom.storage.logs.firing_log import EffectRow, FiringRow

_STATUSES = {"queued": "pending", "dead": "failed", "cancelled": "skipped"}


def firing_json(model: Model, shown: ShownFiring) -> dict[str, Any]:
    """One firing: what fired on what, when, why, and what it did."""
    row = shown.row
    return {
        "id": str(row.id),
        "at": instant_text(row.at),
        "recorded_at": instant_text(row.recorded_at),
        "rule": {"id": row.rule, "name": shown.rule, "version": row.rule_version},
        "record": titled(model, shown.titles, row.entity, row.record),
        "edge": row.edge,
        "reason": row.reason,
        "effects": [_effect(model, shown, effect) for effect in shown.effects],
        "cause": str((row.cause or {}).get("kind", "time")),
        "depth": row.depth,
        "chain": chain_json(model, shown.chains, row.caused_by, row.cause),
        "skipped": _skipped(row),
        "undone": undone_json(shown.chains, row.undo),
    }


def chain_json(model: Model, chains: Chains, above: int | None, cause: Mapping[str, Any] | None) -> dict[str, Any]:
    """What led to a firing or change: the firings above it, and what began it (its own `cause`, when none is)."""
    links = chains.above(above)
    began = links[-1].cause if links else cause
    person = chains.person(began)
    return {
        "links": [
            {
                "firing": str(link.id),
                "rule": {"id": link.rule, "name": chains.rules.get(link.rule, link.rule), "version": link.rule_version},
                "record": titled(model, chains.titles, link.entity, link.record),
                "at": instant_text(link.at),
                "depth": link.depth,
            }
            for link in links
        ],
        "began": str((began or {}).get("kind", "time")),
        "by": None if person is None else {"id": str(person[0]), "title": person[1]},
    }


def undone_json(chains: Chains, undo: int | None) -> dict[str, Any] | None:
    """The undo that took something back."""
    found = chains.undos.get(undo) if undo is not None else None
    if found is None:
        return None
    by = None
    if found.actor is not None:
        title = chains.titles.get((USER, found.actor))
        by = {"id": str(found.actor), "title": None if title is None else str(title)}
    return {"undo": str(found.id), "at": instant_text(found.at), "by": by, "left": found.left}


def _skipped(row: FiringRow) -> dict[str, Any] | None:
    if row.edge != "skipped":
        return None
    skip = row.skip or {"why": "limit", "edge": "on"}
    why = str(skip["why"])
    return {
        "why": why,
        "words": {language: text(f"skipped-{why}", language) for language in LANGUAGES},
        "edge": str(skip["edge"]),
        "held": row.held,
        "became": (skip.get("became") or {}).get("how"),
    }


def _effect(model: Model, shown: ShownFiring, effect: EffectRow) -> dict[str, Any]:
    record = None
    if effect.entity is not None and effect.record is not None:
        record = titled(model, shown.titles, effect.entity, effect.record)
    told = queues.why(effect) or {}
    return {
        "id": str(effect.id),
        "kind": effect.kind,
        "attempts": effect.attempts,
        "why": [{"en": en, "zh": zh} for en, zh in zip(told.get("en", ()), told.get("zh", ()), strict=True)],
        "not_before": None if effect.not_before is None else instant_text(effect.not_before),
        "status": _STATUSES.get(effect.status, effect.status),
        "summary": effect.summary or {"en": effect.kind, "zh": effect.kind},
        "record": record,
    }


def titled(model: Model, titles: Mapping[tuple[str, int], Any], entity: str, record: int) -> dict[str, Any]:
    """A record as it is named to people."""
    title = titles.get((entity, record))
    known = {each.id: each.key for each in model.entities}
    return {"entity": known.get(entity, entity), "id": str(record), "title": None if title is None else str(title)}
