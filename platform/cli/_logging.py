"""How processes log: one line per thing, JSON unless somebody watches; never values of records."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: int = logging.INFO) -> None:
    """Lines on standard error with time and level."""
    watched = sys.stderr.isatty()
    plain = structlog.dev.plain_traceback  # the default shows the values of variables, of records and passwords too
    console = structlog.dev.ConsoleRenderer(exception_formatter=plain)
    renderer = console if watched else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if watched else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
