"""Template apps: read, check, install. See the README."""

from __future__ import annotations

from ruleloom.installer.app_files import AppFiles
from ruleloom.installer.applying import AppInstalled, Installed, install
from ruleloom.installer.reading import AppError, find_app, read_app, shipped_apps

__all__ = ["AppError", "AppFiles", "AppInstalled", "Installed", "find_app", "install", "read_app", "shipped_apps"]
