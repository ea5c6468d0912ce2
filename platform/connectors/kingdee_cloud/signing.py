"""Signatures of the WebAPI, pure. Source: the vendor's Python SDK 8.2 (headers) and public clients (LoginBySign).

Checked against the SDK by `tests/connectors/test_kingdee_signing.py`.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

_MASK = b"0054f397c6234378b09ca7d3e5debce7"
"""Published constant of the SDK that veils the client secret inside an app id."""
_VEILED_LENGTH = 32


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who calls: data centre, user, application; `lcid` is the language of answers, `org` an organisation number."""

    acct_id: str
    user: str
    app_id: str
    app_secret: str
    lcid: int = 2052
    org: str = "0"

    @property
    def app_data(self) -> str:
        """What `X-Kd-Appdata` carries."""
        return f"{self.acct_id},{self.user},{self.lcid},{self.org}"


def _hex_hmac(message: str, key: str) -> str:
    """Base64 of the lowercase hex digest: the vendor encodes the hex text, not the bytes."""
    return b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest().encode()).decode()


def client_secret(app_id: str) -> str:
    """The secret veiled in the second half of `<client>_<32 characters>`; empty for an app id of another form."""
    veiled = app_id.partition("_")[2]
    if len(veiled) != _VEILED_LENGTH or "_" in veiled:
        return ""
    return b64encode(bytes(a ^ b for a, b in zip(b64decode(veiled), _MASK, strict=False))).decode()


def headers(path: str, who: Identity, timestamp: str, nonce: str) -> Mapping[str, str]:
    """The nine headers that sign one POST to `path`; `timestamp` is in seconds since 1970."""
    place = quote(path, safe="")
    signed = f"POST\n{place}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{timestamp}\n"
    client = who.app_id.partition("_")[0] if who.app_id.count("_") == 1 else ""
    return {
        "X-Api-ClientID": client,
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": timestamp,
        "x-api-nonce": nonce,
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": _hex_hmac(signed, client_secret(who.app_id)),
        "X-Kd-Appkey": who.app_id,
        "X-Kd-Appdata": b64encode(who.app_data.encode()).decode(),
        "X-Kd-Signature": _hex_hmac(who.app_id + who.app_data, who.app_secret),
    }


def login_sign(who: Identity, timestamp: str) -> str:
    """Fifth parameter of `AuthService.LoginBySign`. The sort order is from public clients, not from the vendor."""
    parts = sorted([who.acct_id, who.user, who.app_id, who.app_secret, timestamp])
    return hashlib.sha256("".join(parts).encode()).hexdigest()
