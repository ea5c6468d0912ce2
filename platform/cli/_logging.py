"""How processes log: one line per thing, JSON unless somebody watches; never values of records."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import structlog

from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.time.moments import instant_text


def configure(level: int = logging.INFO) -> None:
    """Lines on standard error with time and level."""
    watched = sys.stderr.isatty()
    plain = structlog.dev.plain_traceback  # the default shows the values of variables, of records and passwords too
    console = structlog.dev.ConsoleRenderer(exception_formatter=plain)
    renderer = console if watched else structlog.processors.JSONRenderer(_in_json)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _stamped,
            *([] if watched else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _stamped(_logger: object, _level: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    line["timestamp"] = instant_text(machine_now())
    return line


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=repr)
"""Made once, not for every line."""


def _in_json(line: dict[str, Any], **_how: Any) -> str:
    return _ENCODER.encode(line)
