"""Errors of the WebAPI come as HTTP 200: a text `response_error:…`, a `Result.ResponseStatus`, or one in a row list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruleloom.connectors.errors import (
    ConnectorError,
    Fatal,
    RateLimited,
    RefreshAuth,
    Retriable,
    RowRejected,
    SignInRefused,
)
from ruleloom.connectors.http import Reply

_BY_MSG_CODE: Mapping[int, type[ConnectorError]] = {
    1: RefreshAuth,
    2: SignInRefused,
    4: Fatal,
    6: Retriable,
    7: SignInRefused,
    9: RowRejected,
    10: RowRejected,
    11: RowRejected,
    12: RowRejected,
    13: Retriable,
    14: RateLimited,
    15: SignInRefused,
}
"""`MsgCode`: 1 session lost, 2 no right, 4 exception, 6 database, 7 licence, 9 to 12 the row, 13 lock, 14 limit."""

_SESSION_LOST = ("会话信息已丢失", "session information has been lost")


def raise_for_error(reply: Reply) -> None:
    """Raises the ConnectorError that a 200 answer hides, if it hides one."""
    text = reply.text.lstrip("\ufeff \r\n\t\"'")
    if text.startswith("response_error:"):
        raise _of_text(text.removeprefix("response_error:").strip())
    if "ResponseStatus" not in text:
        return
    status = response_status(reply.json())
    if status is not None and not status.get("IsSuccess", True):
        raise of_status(status)


def response_status(content: Any) -> Mapping[str, Any] | None:
    """The `ResponseStatus` of an answer, also where it is wrapped in lists instead of rows."""
    while isinstance(content, list) and content:
        content = content[0]
    if not isinstance(content, dict):
        return None
    result = content.get("Result")
    status = result.get("ResponseStatus") if isinstance(result, dict) else content.get("ResponseStatus")
    return status if isinstance(status, dict) else None


def of_status(status: Mapping[str, Any]) -> ConnectorError:
    """The error of a `ResponseStatus`; its messages are joined, each with the field it names."""
    message = "; ".join(_line(error) for error in status.get("Errors") or []) or str(status.get("ErrorCode", ""))
    if any(sign in message for sign in _SESSION_LOST):
        return RefreshAuth(message)
    code = int(status.get("MsgCode") or 0)
    return _BY_MSG_CODE.get(code, Fatal)(message, msg_code=code)


def _of_text(message: str) -> ConnectorError:
    if any(sign in message for sign in _SESSION_LOST):
        return RefreshAuth(message)
    return Fatal(message)


def _line(error: Mapping[str, Any]) -> str:
    field, message = error.get("FieldName"), str(error.get("Message") or "")
    return f"{field}: {message}" if field else message
