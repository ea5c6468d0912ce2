"""Serves the built web application: pre-compressed, assets for ever, the page itself always fresh."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Flask, Response, abort, make_response, request, send_file
from werkzeug.security import safe_join

from ruleloom.api.door.headers import inline_hashes, policy

STATIC = Path(__file__).parent / "static"
BUILD = "python3 dev.py setup"
_FOREVER = "public, max-age=31536000, immutable"
_FRESH = "no-cache"
_NOT_BUILT = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Ruleloom</title>
<body style="font:16px/1.5 system-ui;margin:4rem auto;max-width:40rem">
<h1>Ruleloom</h1><p>The server runs, but the front end has not been built. Build it with</p><pre>{BUILD}</pre>
<p>服务已运行，但前端尚未构建。请运行上面的命令。</p><p><a href="/api/docs">HTTP API</a></p></body></html>"""


def register(app: Flask, static: Path = STATIC) -> None:
    """Adds the routes of the web application."""

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def _web(path: str) -> Response:
        if path.startswith("api/"):
            abort(404)
        found = safe_join(str(static), path) if path else None
        if found and Path(found).is_file() and not path.endswith(".gz"):
            return _file(Path(found), _FOREVER if path.startswith("assets/") else _FRESH)
        if path.startswith("assets/"):
            abort(404)
        return _page(static / "index.html")


def _file(file: Path, caching: str) -> Response:
    """A file, in its `.gz` form when there is one and the browser takes it."""
    packed = file.with_name(file.name + ".gz")
    zipped = packed.is_file() and request.accept_encodings.find("gzip") >= 0
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    response = send_file(packed if zipped else file, mimetype=kind, conditional=True)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = caching
    return response


def _page(index: Path) -> Response:
    """The application's page, or how to build it."""
    if not index.is_file():
        return make_response(
            (_NOT_BUILT, 503, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})
        )
    response = _file(index, _FRESH)
    response.headers["Content-Security-Policy"] = policy(inline_hashes(index.read_text(encoding="utf-8")))
    return response
