"""Headers of every answer: what a page of ours may load, and that nobody frames it."""

from __future__ import annotations

import base64
import hashlib
import re

from flask import Flask, Response, request

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


def inline_hashes(html: str) -> tuple[str, ...]:
    """The CSP hashes of a page's inline scripts."""
    found = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(html))
    return tuple(f"sha256-{base64.b64encode(digest).decode()}" for digest in found)


def register(app: Flask) -> None:
    """Puts the headers on every answer; API answers are not kept by caches unless they say so."""

    always = [*_FIXED.items(), (_POLICY, policy())]

    @app.after_request
    def _add(response: Response) -> Response:
        headers = response.headers
        given = {name.lower() for name in headers.keys()}  # noqa: SIM118 - iterating headers gives pairs
        headers.extend([(name, value) for name, value in always if name.lower() not in given])
        if request.path.startswith("/api/"):
            if "cache-control" not in given:
                headers.add("Cache-Control", "no-store" if "etag" not in given else "private, no-cache")
            headers.add("Vary", "Accept-Language")
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
