"""The web application by name, as WSGI servers load one: the command line and the API do not know each other."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from typing import Any, cast

FACTORY = "ruleloom.api.app:create_app"
FRONT_END = "ruleloom.api.frontend"


def make_application(*given: Any) -> Any:
    """The WSGI application for a workspace; without one it can only describe itself."""
    return cast("Callable[..., Any]", pkgutil.resolve_name(FACTORY))(*given)


def front_end() -> Any:
    """The module that serves the built web application."""
    return pkgutil.resolve_name(FRONT_END)
