"""Headers of every answer: what a page of ours may load, and that nobody frames it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_POLICY = "Content-Security-Policy"
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}


def policy(inline: tuple[str, ...] = ()) -> str:
    """The content security policy; `inline` holds hashes of the inline scripts that our own page carries."""
    scripts = " ".join(("'self'", *(f"'{digest}'" for digest in inline)))
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


_ALWAYS = [*_FIXED.items(), (_POLICY, policy())]
_NAMES = frozenset(name.lower() for name, _ in _ALWAYS)
_NOT_KEPT, _CHECKED_AGAIN = ("Cache-Control", "no-store"), ("Cache-Control", "private, no-cache")
_BY_LANGUAGE = ("Vary", "Accept-Language")
_ALWAYS_HTTPS = ("Strict-Transport-Security", "max-age=31536000")


def inline_hashes(html: str) -> tuple[str, ...]:
    """The CSP hashes of a page's inline scripts."""
    found = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(html))
    return tuple(f"sha256-{base64.b64encode(digest).decode()}" for digest in found)


def register(app: Flask) -> None:
    """Puts the headers on every answer; API answers are not kept by caches unless they say so."""
    app.wsgi_app = _Outermost(app.wsgi_app)  # type: ignore[method-assign]  # as Flask documents it


class _Outermost:
    """Adds the headers where an answer leaves: nothing copies or looks through them on their way out."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], Any]:
            given = {name.lower() for name, _ in headers}
            headers += _ALWAYS if given.isdisjoint(_NAMES) else [h for h in _ALWAYS if h[0].lower() not in given]
            if environ["PATH_INFO"].startswith("/api/"):
                if "cache-control" not in given:
                    headers.append(_CHECKED_AGAIN if "etag" in given else _NOT_KEPT)
                headers.append(_BY_LANGUAGE)
            if environ["wsgi.url_scheme"] == "https" and "strict-transport-security" not in given:
                headers.append(_ALWAYS_HTTPS)
            return start_response(status, headers, *more)

        return self._application(environ, start)
