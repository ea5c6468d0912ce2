"""All system tables by name, and what begins in an empty workspace. alembic builds them (`migrations/`)."""

from __future__ import annotations

from ruleloom.storage.logs.parked_runs import parked_runs
from ruleloom.storage.schema.columns import SYSTEM
from ruleloom.storage.tables.backtests import backtest_hits, backtests
from ruleloom.storage.tables.definitions import (
    change_counters,
    definition_versions,
    definitions,
    entity_columns,
    schema_changes,
    settings,
)
from ruleloom.storage.tables.exchange import (
    connections,
    cursors,
    external_links,
    import_problems,
    import_runs,
    sync_runs,
)
from ruleloom.storage.tables.people import accounts, api_tokens, files, idempotency_keys, one_time_tokens, sessions
from ruleloom.storage.tables.put_off import holders, put_off, put_off_records, put_off_runs
from ruleloom.storage.tables.work import (
    calendar_log,
    changes,
    effects,
    firings,
    notices,
    rule_counts,
    rule_memories,
    rule_pauses,
    rule_rates,
    schedules,
    undos,
)

__all__ = [
    "SYSTEM",
    "accounts",
    "api_tokens",
    "backtest_hits",
    "backtests",
    "calendar_log",
    "change_counters",
    "changes",
    "connections",
    "cursors",
    "definition_versions",
    "definitions",
    "effects",
    "entity_columns",
    "external_links",
    "files",
    "firings",
    "holders",
    "idempotency_keys",
    "import_problems",
    "import_runs",
    "notices",
    "one_time_tokens",
    "parked_runs",
    "put_off",
    "put_off_records",
    "put_off_runs",
    "rule_counts",
    "rule_memories",
    "rule_pauses",
    "rule_rates",
    "schedules",
    "schema_changes",
    "sessions",
    "settings",
    "sync_runs",
    "undos",
]
