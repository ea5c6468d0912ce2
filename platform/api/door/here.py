"""What belongs to this application: its open workspace and its services."""

from __future__ import annotations

from flask import current_app

from ruleloom.runtime.workspace import Workspace

KEY = "ruleloom"


def workspace() -> Workspace:
    """The workspace that this application serves."""
    found: Workspace = current_app.extensions[KEY]
    return found
