"""Who asks: a browser with its session cookie and CSRF header, or a program with an API token."""

from __future__ import annotations

from flask import Response, g, request

from ruleloom.access import Actor
from ruleloom.api.door.here import asked, workspace
from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.commands import sessions, tokens
from ruleloom.runtime.people.secrets_of import same

COOKIE = "ruleloom_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class NotSignedIn(RuleloomError):
    """Nobody is signed in, or the session has ended."""

    status = 401


class CsrfMissing(RuleloomError):
    """An unsafe request of a browser without the session's CSRF token."""

    status = 403


def actor_of_request() -> Actor:
    """The actor; `NotSignedIn` without a valid session or token, `CsrfMissing` without the header where it is due."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        return _by_token(scheme, secret)
    return _let_in(session_of_request())


def claimed_actor() -> Actor:
    """The same for a view that does everything in one write: a session met lately is asked for in that."""
    request = asked()
    if request.headers.get("Authorization"):
        return actor_of_request()
    secret = request.cookies.get(COOKIE)
    return _let_in(sessions.met(workspace(), secret) if secret else None)


def _let_in(session: sessions.Session | None) -> Actor:
    if session is None:
        raise NotSignedIn.of("not-signed-in")
    request = asked()
    if request.method not in _SAFE and not same(request.headers.get(CSRF_HEADER, ""), session.csrf):
        raise CsrfMissing.of("csrf-missing")
    return session.actor


def session_of_request() -> sessions.Session | None:
    """The browser session of the cookie, when it is still alive; looked up once per request."""
    if "session" not in g:
        secret = request.cookies.get(COOKIE)
        g.session = sessions.find(workspace(), secret) if secret else None
    found: sessions.Session | None = g.session
    return found


def _by_token(scheme: str, secret: str) -> Actor:
    actor = tokens.actor_of_token(workspace(), secret.strip()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise NotSignedIn.of("token-unknown")
    return actor


def current_actor() -> Actor:
    """The actor of a request that was let in."""
    actor: Actor = g.actor
    return actor


def set_cookie(response: Response, secret: str, seconds: int) -> Response:
    """Gives the browser its session: out of reach of scripts, not sent along from other sites."""
    response.set_cookie(
        COOKIE, secret, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )
    return response


def drop_cookie(response: Response) -> Response:
    """Takes the session from the browser."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def preferred_language() -> Language:
    """The language of the signed-in person."""
    return current_actor().language
