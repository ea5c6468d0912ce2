"""Two ways to prove who calls: a cookie session (three ways to sign in), or nine signed headers on every call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from threading import Lock
from typing import Any

from ruleloom.connectors.contract import Context, Limits
from ruleloom.connectors.errors import SignInRefused
from ruleloom.connectors.http import Client, Reply
from ruleloom.connectors.kingdee_cloud import signing
from ruleloom.connectors.redaction import Redactor

_AUTH = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
_SESSION = "session"
_SESSION_LIFE = timedelta(minutes=15)
"""The server ends idle sessions after 20 minutes by default; ours are renewed before."""


def service(name: str) -> str:
    """Path of a service below the base address."""
    return f"{name}.common.kdsvc"


class SignedHeaders:
    """Signs every call; there is no session to lose."""

    def __init__(self, who: signing.Identity, context: Context) -> None:
        self._who, self._context = who, context

    def headers(self, method: str, path: str) -> Mapping[str, str]:  # noqa: ARG002 - the API knows POST only
        """The nine headers for one path."""
        stamp = str(int(self._context.now().timestamp()))
        return signing.headers(path, self._who, stamp, self._context.unique())

    def refresh(self) -> bool:
        """Signing again cannot help: a lost context here means a wrong data centre or application."""
        return False


class Session:
    """Signs in once, keeps the cookies in the context's token memory, signs in again when they are refused."""

    def __init__(
        self,
        base_url: str,
        who: signing.Identity,
        way: str,
        password: str,
        context: Context,
        redact: Redactor,
        limits: Limits,
    ) -> None:
        self._who, self._way, self._password = who, way, password
        self._context, self._redact, self._lock = context, redact, Lock()
        self._client = Client(base_url, context, redactor=redact, limits=limits)

    def headers(self, method: str, path: str) -> Mapping[str, str]:  # noqa: ARG002 - the API knows POST only
        """The session's cookies; signs in when there is none. One caller signs in, the others wait for it."""
        with self._lock:
            kept = self._context.recall(_SESSION)
            cookies: dict[str, str] = json.loads(kept) if kept else self._sign_in()
        self._redact.add(*cookies.values())
        found = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if "kdservice-sessionid" in cookies:
            found["kdservice-sessionid"] = cookies["kdservice-sessionid"]
        return found

    def refresh(self) -> bool:
        """Forgets the session, so that the next call signs in."""
        self._context.forget(_SESSION)
        return True

    def close(self) -> None:
        """Ends the kept connections."""
        self._client.close()

    def _sign_in(self) -> dict[str, str]:
        verb, parameters = self._parameters()
        reply = self._client.post(service(_AUTH + verb), {"parameters": parameters}, repeat=True)
        content = reply.json()
        if not isinstance(content, dict) or content.get("LoginResultType") != 1:
            raise SignInRefused(self._redact(_reason(content)))
        cookies = _cookies(reply, content)
        self._context.keep(_SESSION, json.dumps(cookies), self._context.now() + _SESSION_LIFE)
        return cookies

    def _parameters(self) -> tuple[str, list[Any]]:
        who = self._who
        if self._way == "password":
            return "ValidateUser", [who.acct_id, who.user, self._password, who.lcid]
        if self._way == "app_secret":
            return "LoginByAppSecret", [who.acct_id, who.user, who.app_id, who.app_secret, who.lcid]
        stamp = str(int(self._context.now().timestamp()))
        return "LoginBySign", [who.acct_id, who.user, who.app_id, stamp, signing.login_sign(who, stamp), who.lcid]


def _reason(content: Any) -> str:
    return (
        str(content.get("Message") or content.get("LoginResultType"))
        if isinstance(content, dict)
        else str(content)[:200]
    )


def _cookies(reply: Reply, content: Mapping[str, Any]) -> dict[str, str]:
    """Session cookies of the answer; some gateways drop Set-Cookie, then the body names the session."""
    found: dict[str, str] = {}
    for part in reply.headers.get("set-cookie", "").replace(", ", "; ").split("; "):
        name, _, value = part.partition("=")
        if name in ("kdservice-sessionid", "ASP.NET_SessionId"):
            found[name] = value
    session = content.get("KDSVCSessionId")
    if session:
        found.setdefault("kdservice-sessionid", str(session))
    return found
