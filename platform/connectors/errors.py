"""What a remote failure means for us: each class says what to do next, none says what the person did wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ruleloom.messages import Diagnostic, RuleloomError

NextStep = Literal["retry", "refresh-auth", "reject-row", "look-up", "stop"]


class ConnectorError(RuleloomError):
    """A failure of the other system or of the way to it; `next_step` tells the caller how to go on."""

    status = 502
    next_step: ClassVar[NextStep] = "stop"
    default_code: ClassVar[str] = "remote-failed"

    def __init__(self, message: str = "", *, code: str | None = None, **params: Any) -> None:
        self.remote_message = message
        super().__init__(Diagnostic(code or self.default_code, params={"message": message, **params}))

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of the one diagnostic."""
        return self.diagnostics[0].params


class Retriable(ConnectorError):
    """Try later: nothing was changed there and the cursor here has not moved."""

    next_step = "retry"
    default_code = "remote-busy"


class RateLimited(Retriable):
    """The other system asks for fewer calls; `retry_after` is its wish in seconds, where it gave one."""

    default_code = "remote-rate-limited"

    def __init__(self, message: str = "", *, retry_after: float | None = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class RefreshAuth(ConnectorError):
    """The session or token is gone: sign in once more, then give up."""

    next_step = "refresh-auth"
    default_code = "remote-signed-out"


class SignInRefused(ConnectorError):
    """Wrong account, secret or right: only a person can mend it."""

    default_code = "remote-sign-in-refused"


class RowRejected(ConnectorError):
    """The other system refuses this one row; the others go on."""

    next_step = "reject-row"
    default_code = "remote-row-rejected"


class OutcomeUnknown(ConnectorError):
    """The answer to a write was lost: it must be looked up by its key before it may be sent again."""

    next_step = "look-up"
    default_code = "remote-outcome-unknown"


class Fatal(ConnectorError):
    """No repetition helps: the call or the settings are wrong."""


class AddressRefused(Fatal):
    """The guard does not let this process call that address."""

    default_code = "remote-address-refused"


class SettingsInvalid(RuleloomError):
    """The settings form has mistakes; each diagnostic's target is the key of the setting."""


class UnknownKind(RuleloomError):
    """No connector of that kind is installed."""

    status = 404
