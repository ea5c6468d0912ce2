"""The one HTTP client of all connectors: limits, repetition, redaction, the address guard, exact numbers.

Repetition follows one law: a call that may have changed something is never sent twice on its own. Reads are repeated
up to `ATTEMPTS` times with growing pauses; a write whose answer was lost raises `OutcomeUnknown`. Where a person waits
for the answer (`Context.until`) nothing is tried again after that instant, and a call is given up sooner.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import httpcore
import httpx
import structlog

from ruleloom.connectors.contract import Context, Limits
from ruleloom.connectors.errors import (
    AddressRefused,
    ConnectorError,
    Fatal,
    OutcomeUnknown,
    RateLimited,
    RefreshAuth,
    Retriable,
    RowRejected,
    SignInRefused,
)
from ruleloom.connectors.guard import GuardedBackend, Network
from ruleloom.connectors.redaction import Redactor

ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
HURRIED = httpx.Timeout(20.0, connect=4.0)
"""How long one call may take while a person waits: to be connected, and for the next part of the answer."""
LARGEST_REPLY = 64 * 1024 * 1024
_log = structlog.get_logger("ruleloom.connectors")

_BY_STATUS: Mapping[int, type[ConnectorError]] = {
    401: RefreshAuth,
    403: SignInRefused,
    408: Retriable,
    409: RowRejected,
    422: RowRejected,
    423: Retriable,
    425: Retriable,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the other system."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8; bytes that are not are shown as replacement characters."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON with exact decimals; Retriable when a broken proxy answered with something else."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError as error:
            raise Retriable(self.text[:200], code="remote-not-json") from error


class Auth(Protocol):
    """How calls prove who we are. `headers` may sign in first; `refresh` forgets what `headers` knew."""

    def headers(self, method: str, path: str) -> Mapping[str, str]:
        """Headers for one call to this path (with the base path, without the query)."""
        ...

    def refresh(self) -> bool:
        """Called once after RefreshAuth; false when signing in again cannot help, which ends in SignInRefused."""
        ...


class NoAuth:
    """Calls that need no proof, such as the sign-in itself."""

    def headers(self, method: str, path: str) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's signature
        """None."""
        return {}

    def refresh(self) -> bool:
        """There is nothing to renew."""
        return False


Judge = Callable[[Reply], None]
"""Raises a ConnectorError for an answer that says 200 but means an error."""


class Client:
    """Calls below one base address; no other host, no redirects."""

    def __init__(
        self,
        base_url: str,
        context: Context,
        *,
        auth: Auth | None = None,
        judge: Judge | None = None,
        limits: Limits | None = None,
        redactor: Redactor | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._base, self._context = base_url.rstrip("/"), context
        self._auth, self._judge = auth or NoAuth(), judge
        self._bucket = context.bucket(limits or Limits())
        self.redact = redactor or Redactor()
        patience = HURRIED if context.until is not None else timeout
        self._http = httpx.Client(transport=_transport(context.network), timeout=patience, follow_redirects=False)
        self.skew = 0.0
        """The other system's clock minus ours in seconds, from its last `Date` header."""

    def __repr__(self) -> str:
        return f"<Client {self._base}>"

    def close(self) -> None:
        """Ends the kept connections."""
        self._http.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Reply:
        """A read; repeated when that may help."""
        query = f"?{urlencode(params, quote_via=quote)}" if params else ""
        return self._send("GET", path + query, None, repeat=True)

    def post(self, path: str, payload: Any, *, repeat: bool) -> Reply:
        """A JSON call; `repeat` says that sending it twice does no harm."""
        return self._send("POST", path, json.dumps(payload, ensure_ascii=False, default=str).encode(), repeat=repeat)

    def _send(self, method: str, path: str, body: bytes | None, *, repeat: bool) -> Reply:
        refreshed = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, path, body, attempt, repeat=repeat)
            except RefreshAuth as error:
                if refreshed:
                    raise
                if not self._auth.refresh():
                    raise SignInRefused(error.remote_message, code="remote-proof-refused") from error
                refreshed = True
            except Retriable as error:
                if attempt == ATTEMPTS or not (repeat or isinstance(error, RateLimited)):
                    raise
                pause = self._pause(attempt, error)
                if self._too_late(pause):
                    raise
                self._context.sleep(pause)
        raise Retriable(code="remote-gave-up", attempts=ATTEMPTS)

    def _too_late(self, pause: float) -> bool:
        """Whether a person would wait too long for another try."""
        until = self._context.until
        return until is not None and self._context.monotonic() + pause > until

    def _pause(self, attempt: int, error: Retriable) -> float:
        wished = error.retry_after if isinstance(error, RateLimited) else None
        grown = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))
        return wished if wished is not None else grown * (0.5 + self._context.jitter() / 2)

    def _once(self, method: str, path: str, body: bytes | None, attempt: int, *, repeat: bool) -> Reply:
        url = f"{self._base}/{path.lstrip('/')}"
        headers = {"Content-Type": "application/json; charset=utf-8", **self._auth.headers(method, urlsplit(url).path)}
        started = self._context.monotonic()
        with self._bucket.call():
            try:
                reply = self._exchange(method, url, headers, body)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise Retriable(self.redact(str(error)), code="remote-unreachable") from error
            except httpx.HTTPError as error:
                raise self._lost(error, repeat=repeat) from error
        self._note(method, url, reply, attempt, self._context.monotonic() - started)
        self._raise_for(reply)
        return reply

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        with self._http.stream(method, url, content=body, headers=headers) as answer:
            received = bytearray()
            for chunk in answer.iter_bytes():
                received += chunk
                if len(received) > LARGEST_REPLY:
                    raise Fatal(code="remote-reply-too-large", limit=LARGEST_REPLY // 1024 // 1024)
            return Reply(answer.status_code, dict(answer.headers.items()), bytes(received))

    def _lost(self, error: httpx.HTTPError, *, repeat: bool) -> ConnectorError:
        message = self.redact(str(error)) or type(error).__name__
        return Retriable(message, code="remote-unreachable") if repeat else OutcomeUnknown(message)

    def _note(self, method: str, url: str, reply: Reply, attempt: int, seconds: float) -> None:
        if "date" in reply.headers:
            self._take_skew(reply.headers["date"])
        _log.info(
            "remote-call",
            connection=self._context.connection,
            method=method,
            url=self.redact(url.partition("?")[0]),
            status=reply.status,
            attempt=attempt,
            ms=round(seconds * 1000),
        )

    def _take_skew(self, date: str) -> None:
        try:
            self.skew = (parsedate_to_datetime(date) - self._context.now()).total_seconds()
        except (TypeError, ValueError):  # a header that is no date says nothing about the clock
            return

    def _raise_for(self, reply: Reply) -> None:
        if reply.status < 300:
            try:
                if self._judge:
                    self._judge(reply)
            except ConnectorError as error:
                raise _redacted(error, self.redact) from None
            return
        message = self.redact(reply.text[:300])
        if reply.status in (429, 503):
            raise RateLimited(message, retry_after=_seconds(reply.headers.get("retry-after"), self._context))
        if reply.status >= 500:
            raise Retriable(message, status=reply.status)
        raise _BY_STATUS.get(reply.status, Fatal)(message, status=reply.status)


def _redacted(error: ConnectorError, redact: Redactor) -> ConnectorError:
    clean = redact(error.remote_message)
    if clean == error.remote_message:
        return error
    diagnostic = error.diagnostics[0]
    params = {name: value for name, value in diagnostic.params.items() if name != "message"}
    return type(error)(clean, code=diagnostic.code, **params)


def _seconds(text: str | None, context: Context) -> float | None:
    """`Retry-After` in either of its two forms, as seconds from now, at most `LONGEST_PAUSE`."""
    if text is None:
        return None
    try:
        wished = float(text)
    except ValueError:
        try:
            wished = (parsedate_to_datetime(text) - context.now()).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(LONGEST_PAUSE, max(0.0, wished))


@cache
def _tls() -> ssl.SSLContext:
    """The system's authorities, read once: that takes tens of milliseconds."""
    return ssl.create_default_context()


def _transport(network: Network) -> httpx.HTTPTransport:
    """The library's transport on our guarded way of connecting; proxies of the environment are not used."""
    tls = _tls()
    transport = httpx.HTTPTransport(verify=tls, trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=tls, max_connections=8, network_backend=GuardedBackend(network)
    )
    return transport


__all__ = ["AddressRefused", "Auth", "Client", "NoAuth", "Reply"]
