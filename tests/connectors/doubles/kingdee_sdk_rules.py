"""What the double demands of a caller, written from the vendor SDK's view and apart from the connector's own code."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from tests.connectors.doubles.kingdee import Account


def _digest(text: str, key: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().encode()).decode()


def _client_secret(app_id: str) -> str:
    raw = base64.b64decode(app_id.split("_")[1])
    mask = "0054f397c6234378b09ca7d3e5debce7"
    return base64.b64encode(bytes(byte ^ ord(mask[place]) for place, byte in enumerate(raw))).decode()


def signed_by(account: Account, path: str, headers: Mapping[str, str]) -> bool:
    """Whether both signatures of a call are right for this account."""
    data = base64.b64decode(headers["x-kd-appdata"]).decode()
    acct, user = data.split(",")[:2]
    place = quote(path).replace("/", "%2F")
    text = f"POST\n{place}\n\nx-api-nonce:{headers['x-api-nonce']}\nx-api-timestamp:{headers['x-api-timestamp']}\n"
    return (
        (acct, user) == (account.acct_id, account.user)
        and headers["x-kd-appkey"] == account.app_id
        and headers["x-kd-signature"] == _digest(account.app_id + data, account.app_secret)
        and headers["x-api-signature"] == _digest(text, _client_secret(account.app_id))
        and headers["x-api-clientid"] == account.app_id.split("_")[0]
    )


def may_sign_in(account: Account, verb: str, given: Sequence[Any]) -> bool:
    """Whether the positional parameters of a sign-in are right."""
    if verb == "ValidateUser":
        return list(given[:3]) == [account.acct_id, account.user, account.password]
    if verb == "LoginByAppSecret":
        return list(given[:4]) == [account.acct_id, account.user, account.app_id, account.app_secret]
    if verb == "LoginBySign":
        parts = sorted([account.acct_id, account.user, account.app_id, account.app_secret, str(given[3])])
        right = hashlib.sha256("".join(parts).encode()).hexdigest()
        return list(given[:3]) == [account.acct_id, account.user, account.app_id] and given[4] == right
    return False
