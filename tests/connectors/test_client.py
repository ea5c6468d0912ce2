"""The shared client: what is repeated, what never is, which addresses are refused, what logs may show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from ruleloom.connectors import Bucket, Limits, Network, OutcomeUnknown, RateLimited, Retriable, registry
from ruleloom.connectors.errors import AddressRefused, Fatal, UnknownKind
from ruleloom.connectors.http import ATTEMPTS, Client
from ruleloom.connectors.redaction import MASK, Redactor
from tests.connectors.contexts import FakeContext

Answer = tuple[int, dict[str, str], str] | None
"""Status, headers, body; None drops the connection without an answer."""


@contextmanager
def server(answer: Callable[[int, str], Answer]) -> Iterator[tuple[str, list[str]]]:
    """A server whose answers depend on the number of the request; gives its address and the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = answer(len(asked), self.path)
            if found is None:
                self.close_connection = True
                return
            status, headers, body = found
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            return

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}", asked
    finally:
        running.shutdown()
        running.server_close()
        thread.join(5)


@contextmanager
def client(url: str, context: FakeContext, **options: object) -> Iterator[Client]:
    made = Client(url, context, **options)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close()


def test_a_read_is_repeated_with_growing_pauses() -> None:
    context = FakeContext()
    with (
        server(lambda n, _: (200, {}, "{}") if n == 4 else (502, {}, "bad gateway")) as (url, asked),
        client(url, context) as http,
    ):
        assert http.get("x").json() == {}
    assert len(asked) == 4
    assert context.slept == sorted(context.slept)


def test_a_read_gives_up() -> None:
    with server(lambda *_: (500, {}, "broken")) as (url, asked), client(url, FakeContext()) as http:
        with pytest.raises(Retriable):
            http.get("x")
        assert len(asked) == ATTEMPTS


def test_a_read_for_which_somebody_waits_gives_up_soon() -> None:
    """The error of the last try is told; a wait that the other system asks for is not waited for either."""
    context = FakeContext()
    context.until = context.monotonic() + 2
    with server(lambda *_: (502, {}, "bad gateway")) as (url, asked), client(url, context) as http:
        with pytest.raises(Retriable):
            http.get("x")
        assert len(asked) == 3
        assert context.slept == [0.5, 1.0]
        context.sleep(1)
        with pytest.raises(Retriable):
            http.get("x")
        assert len(asked) == 4, "time is up: the next call is tried once"
    hurried = FakeContext()
    hurried.until = hurried.monotonic() + 2
    with server(lambda *_: (429, {"Retry-After": "30"}, "")) as (url, asked), client(url, hurried) as http:
        with pytest.raises(RateLimited):
            http.get("x")
        assert (len(asked), hurried.slept) == (1, [])


def test_a_write_whose_answer_is_lost_is_not_sent_again() -> None:
    with server(lambda *_: None) as (url, asked), client(url, FakeContext()) as http:
        with pytest.raises(OutcomeUnknown):
            http.post("x", {}, repeat=False)
        assert len(asked) == 1


def test_a_read_whose_answer_is_lost_is_sent_again() -> None:
    with server(lambda n, _: None if n < 3 else (200, {}, "[]")) as (url, asked), client(url, FakeContext()) as http:
        assert http.post("x", {}, repeat=True).json() == []
        assert len(asked) == 3


@pytest.mark.parametrize("wish", ["7", "Sat, 01 Jan 2050 00:00:00 GMT"])
def test_retry_after_is_honoured_and_bounded(wish: str) -> None:
    context = FakeContext()
    with (
        server(lambda n, _: (429, {"Retry-After": wish}, "") if n == 1 else (200, {}, "1")) as (url, _),
        client(url, context) as http,
    ):
        http.get("x")
    assert max(context.slept) == (7.0 if wish == "7" else 60.0)


def test_redirects_are_not_followed() -> None:
    with (
        server(lambda *_: (302, {"Location": "http://127.0.0.1:1/"}, "")) as (url, asked),
        client(url, FakeContext()) as http,
    ):
        with pytest.raises(Fatal):
            http.get("x")
        assert len(asked) == 1


def test_queries_are_percent_encoded() -> None:
    """Some servers refuse `+` for a space."""
    with server(lambda *_: (200, {}, "1")) as (url, asked), client(url, FakeContext()) as http:
        http.get("x", {"$filter": "code eq 'C001'"})
        assert asked == ["/x?%24filter=code%20eq%20%27C001%27"]


def test_secrets_are_masked_in_errors_and_logs(capsys: pytest.CaptureFixture[str]) -> None:
    redact = Redactor(["s3cr3t/value"])
    with (
        server(lambda *_: (400, {}, "token s3cr3t/value is bad")) as (url, _),
        client(url, FakeContext(), redactor=redact) as http,
        pytest.raises(Fatal) as error,
    ):
        http.get("x/s3cr3t%2Fvalue", {"key": "s3cr3t/value"})
    assert MASK in error.value.remote_message
    assert "s3cr3t" not in f"{error.value} {error.value.diagnostics} {''.join(capsys.readouterr())} {redact!r}"


def test_numbers_stay_exact() -> None:
    with (
        server(lambda *_: (200, {}, '{"a": 0.1, "b": 12345678901234567890.12}')) as (url, _),
        client(url, FakeContext()) as http,
    ):
        found = http.get("x").json()
    assert str(found["a"]) == "0.1"
    assert str(found["b"]) == "12345678901234567890.12"


def test_something_that_is_not_json() -> None:
    with server(lambda *_: (200, {}, "<html>")) as (url, _), client(url, FakeContext()) as http:
        with pytest.raises(Retriable) as error:
            http.get("x").json()
        assert error.value.diagnostics[0].code == "remote-not-json"


@pytest.mark.parametrize(
    ("private", "host", "address", "allowed"),
    [
        ((), "erp.example.com", "93.184.216.34", True),
        ((), "erp.lan", "10.1.2.3", False),
        ((), "localhost", "127.0.0.1", False),
        ((), "localhost", "::1", False),
        ((), "x", "::ffff:10.0.0.1", False),
        (("erp.lan",), "erp.lan", "10.1.2.3", True),
        (("10.1.0.0/16",), "erp.lan", "10.1.2.3", True),
        (("10.1.0.0/16",), "erp.lan", "10.2.2.3", False),
        (("10.1.0.0/16",), "erp.lan", "::ffff:10.1.2.3", True),
        (("*",), "x", "192.168.1.1", True),
        (("*",), "metadata", "169.254.169.254", False),
        (("*",), "metadata", "::ffff:169.254.169.254", False),
        (("*",), "x", "0.0.0.1", False),
        (("*",), "x", "224.0.0.1", False),
    ],
)
def test_which_addresses_may_be_called(private: tuple[str, ...], host: str, address: str, allowed: bool) -> None:
    assert Network(private).allows(host, address) is allowed


def test_the_guard_judges_at_the_moment_of_connecting() -> None:
    with server(lambda *_: (200, {}, "1")) as (url, asked), client(url, FakeContext(network=Network())) as http:
        with pytest.raises(AddressRefused):
            http.get("x")
        assert asked == []


def test_the_bucket_spreads_calls() -> None:
    context = FakeContext()
    bucket = Bucket(Limits(per_second=2, burst=3), context.monotonic, context.sleep)
    for _ in range(9):
        with bucket.call():
            pass
    assert context.monotonic() == pytest.approx(3.0)


def test_two_connectors_of_one_kind_are_refused_naming_both() -> None:
    kind = registry.kind("kingdee_cloud")
    with pytest.raises(TypeError, match=r"here.*there"):
        registry.gather([("here", kind), ("there", kind)])


def test_a_connector_for_another_contract_is_refused() -> None:
    older = type("Older", (registry.kind("kingdee_cloud"),), {"api": 0})
    with pytest.raises(TypeError, match="contract 0"):
        registry.gather([("here", older)])


def test_an_unknown_kind_names_those_installed() -> None:
    with pytest.raises(UnknownKind) as error:
        registry.kind("nothing")
    assert "kingdee_cloud" in error.value.diagnostics[0].message("en")


def test_a_limit_that_stays(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        server(lambda *_: (429, {}, "slow down")) as (url, _),
        client(url, FakeContext()) as http,
        pytest.raises(RateLimited),
    ):
        http.get("x")
