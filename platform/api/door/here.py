"""What belongs to this application: its open workspace and its services; and what is asked of it."""

from __future__ import annotations

from typing import Any

from flask import Request, current_app, request

from ruleloom.runtime.workspace import Workspace

KEY = "ruleloom"


def workspace() -> Workspace:
    """The workspace that this application serves."""
    found: Workspace = current_app.extensions[KEY]
    return found


def asked() -> Request:
    """The request itself, for who looks at it more than once: Flask's stand-in for it searches at every look."""
    stand_in: Any = request
    found: Request = stand_in._get_current_object()
    return found
