"""The conformance suite: what every connector must do, run against its double.

`TestKingdeeCloud = connector_suite("kingdee_cloud", double=KingdeeBench)` is a connector's whole test file. A bench
starts the double, knows right and wrong settings, and can change what the remote system holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

import pytest

from ruleloom.connectors import Connector, ConnectorError, Network, Page, Resource, Row, registry, settings
from ruleloom.connectors.errors import AddressRefused, RateLimited, RefreshAuth, SettingsInvalid, SignInRefused
from tests.connectors.contexts import FakeContext


class Bench(Protocol):
    """What the suite needs of a connector's double."""

    secrets: Sequence[str]
    page: int

    def start(self) -> AbstractContextManager[Bench]:
        """Starts the double; at the end the connectors in `opened` are closed."""
        ...

    opened: list[Connector]

    def settings(self) -> Mapping[str, Any]: ...
    def follow(self, context: FakeContext) -> None: ...
    def wrong_secret(self) -> Mapping[str, Any]: ...
    def fill(self, resource: Resource, rows: int) -> None: ...
    def same_moment(self, resource: Resource, rows: int) -> None: ...
    def touch(self, resource: Resource, row: Row, at: datetime) -> None: ...
    def lose_session_once(self) -> None: ...
    def lose_session_always(self) -> None: ...
    def limit_once(self, seconds: int) -> None: ...
    def limit_always(self) -> None: ...
    def calls(self) -> int: ...


class ConnectorSuite:
    """The tests; `connector_suite` binds them to a kind and a bench."""

    kind: ClassVar[str]
    bench_type: ClassVar[type[Any]]

    @pytest.fixture
    def bench(self) -> Iterator[Any]:
        with self.bench_type().start() as bench:
            yield bench

    @pytest.fixture
    def context(self) -> FakeContext:
        return FakeContext()

    def connect(self, bench: Any, context: FakeContext, given: Mapping[str, Any] | None = None) -> Connector:
        found = registry.kind(self.kind)
        bench.follow(context)
        connector = found(settings.load(found.Settings, given or bench.settings()), context)
        bench.opened.append(connector)
        return connector

    def everything(
        self, connector: Connector, resource: Resource, state: Any = None, page: int = 1000
    ) -> tuple[list[Row], Any]:
        rows: list[Row] = []
        for found in connector.read(resource, state, (), page):
            rows += found.rows
            state = found.state if found.state is not None else state
        return rows, state

    def first_resource(self) -> Resource:
        return registry.kind(self.kind).resources[0]

    # --- settings and secrets
    def test_settings_describe_themselves(self) -> None:
        for setting in settings.form(registry.kind(self.kind).Settings):
            assert {"zh", "en"} <= set(setting.labels), setting.key

    def test_every_missing_setting_is_named(self) -> None:
        schema = registry.kind(self.kind).Settings
        required = {setting.key for setting in settings.form(schema) if setting.required}
        with pytest.raises(SettingsInvalid) as error:
            settings.load(schema, {})
        assert required <= {d.target for d in error.value.diagnostics}

    def test_an_unknown_setting_is_refused(self, bench: Any) -> None:
        with pytest.raises(SettingsInvalid) as error:
            settings.load(registry.kind(self.kind).Settings, {**bench.settings(), "nonsense": 1})
        assert error.value.diagnostics[0].code == "setting-unknown"

    def test_secrets_are_secret(self, bench: Any, context: FakeContext, capsys: pytest.CaptureFixture[str]) -> None:
        schema = registry.kind(self.kind).Settings
        values = {bench.settings()[key] for key in settings.secret_keys(schema)} - {""}
        assert set(bench.secrets) <= values
        connector = self.connect(bench, context)
        connector.check()
        shown = repr(connector) + repr(vars(connector)) + "".join(capsys.readouterr())
        assert not [secret for secret in values if secret in shown]

    # --- health
    def test_check(self, bench: Any, context: FakeContext) -> None:
        health = self.connect(bench, context).check()
        assert health.ok
        assert abs(health.skew) < timedelta(minutes=1)

    def test_check_with_a_wrong_secret(self, bench: Any, context: FakeContext) -> None:
        wrong = bench.wrong_secret()
        with pytest.raises((SignInRefused, RefreshAuth)) as error:
            self.connect(bench, context, wrong).check()
        assert not [secret for secret in bench.secrets if secret in repr(error.value.diagnostics)]

    def test_no_other_host_than_allowed(self, bench: Any) -> None:
        before = bench.calls()
        with pytest.raises(AddressRefused):
            self.connect(bench, FakeContext(network=Network())).check()
        assert bench.calls() == before

    # --- discovery
    def test_discovered_fields_cover_the_rows(self, bench: Any, context: FakeContext) -> None:
        connector = self.connect(bench, context)
        for resource in connector.resources:
            bench.fill(resource, 3)
            known = {field.key for field in connector.discover(resource)} | set(resource.lists)
            rows, _ = self.everything(connector, resource)
            assert rows
            assert set(rows[0]) <= known

    # --- reading
    @pytest.mark.parametrize("extra", [None, 0, 1, -1])
    def test_every_row_once_around_a_page_edge(self, bench: Any, context: FakeContext, extra: int | None) -> None:
        count = 0 if extra is None else bench.page * 2 + extra
        for resource in registry.kind(self.kind).resources:
            bench.fill(resource, count)
            rows, _ = self.everything(self.connect(bench, context), resource, page=bench.page)
            keys = [row[resource.key] for row in rows]
            assert len(keys) == count
            assert len(set(keys)) == count

    def test_equal_cursor_values_across_a_page_edge(self, bench: Any, context: FakeContext) -> None:
        for resource in registry.kind(self.kind).resources:
            bench.same_moment(resource, bench.page * 3 + 1)
            rows, _ = self.everything(self.connect(bench, context), resource, page=bench.page)
            assert len({row[resource.key] for row in rows}) == bench.page * 3 + 1

    def test_numbers_are_exact(self, bench: Any, context: FakeContext) -> None:
        for resource in registry.kind(self.kind).resources:
            bench.fill(resource, 5)
            rows, _ = self.everything(self.connect(bench, context), resource)
            assert not [value for row in rows for value in _flat(row) if isinstance(value, float)]

    def test_a_row_that_changes_while_we_page_is_not_lost(self, bench: Any, context: FakeContext) -> None:
        resource = self.first_resource()
        bench.fill(resource, bench.page * 3)
        connector = self.connect(bench, context)
        pages = connector.read(resource, None, (), bench.page)
        first: Page = next(pages)
        bench.touch(resource, first.rows[0], context.now())
        rest = [row for page in pages for row in page.rows]
        assert len({row[resource.key] for row in [*first.rows, *rest]}) == bench.page * 3
        context.sleep(600)
        _, state = self.everything(connector, resource, None)
        bench.touch(resource, first.rows[1], context.now())
        context.sleep(600)
        again, _ = self.everything(connector, resource, state)
        assert first.rows[1][resource.key] in {row[resource.key] for row in again}

    def test_a_second_run_brings_only_what_changed(self, bench: Any, context: FakeContext) -> None:
        resource = self.first_resource()
        bench.fill(resource, bench.page * 2)
        connector = self.connect(bench, context)
        rows, state = self.everything(connector, resource)
        context.sleep(3600)
        again, state = self.everything(connector, resource, state)
        assert again == []
        bench.touch(resource, rows[3], context.now())
        context.sleep(3600)
        changed, _ = self.everything(connector, resource, state)
        assert [row[resource.key] for row in changed] == [rows[3][resource.key]]

    def test_a_run_resumes_after_every_page(self, bench: Any, context: FakeContext) -> None:
        resource = self.first_resource()
        bench.fill(resource, bench.page * 3 + 1)
        state, seen = None, []
        for _ in range(10):
            page = next(iter(self.connect(bench, context).read(resource, state, (), bench.page)))
            seen += [row[resource.key] for row in page.rows]
            state = page.state
            if len(seen) > bench.page * 3:
                break
        assert len(seen) == len(set(seen)) == bench.page * 3 + 1

    def test_a_state_in_the_future_brings_nothing_and_stays(self, bench: Any, context: FakeContext) -> None:
        resource = self.first_resource()
        bench.fill(resource, bench.page)
        later = FakeContext(datetime.now(UTC) + timedelta(days=300))
        _, ahead = self.everything(self.connect(bench, later), resource)
        rows, state = self.everything(self.connect(bench, context), resource, ahead)
        assert rows == []
        assert state == ahead or "end" in ahead

    # --- bad weather
    def test_a_lost_session_is_renewed_once(self, bench: Any, context: FakeContext) -> None:
        bench.lose_session_once()
        assert self.connect(bench, context).check().ok

    def test_a_session_that_stays_lost_is_an_error(self, bench: Any, context: FakeContext) -> None:
        connector = self.connect(bench, context)
        bench.lose_session_always()
        before = bench.calls()
        with pytest.raises((RefreshAuth, SignInRefused)):
            connector.check()
        assert bench.calls() - before <= 4

    def test_a_call_limit_is_waited_for(self, bench: Any, context: FakeContext) -> None:
        bench.limit_once(7)
        assert self.connect(bench, context).check().ok
        assert any(pause >= 0.4 for pause in context.slept)

    def test_a_call_limit_that_stays_is_an_error(self, bench: Any, context: FakeContext) -> None:
        bench.limit_always()
        with pytest.raises(RateLimited):
            self.connect(bench, context).check()
        assert sum(context.slept) < 600

    def test_errors_speak_both_languages(self, bench: Any, context: FakeContext) -> None:
        with pytest.raises(ConnectorError) as error:
            self.connect(bench, context, bench.wrong_secret()).check()
        assert error.value.diagnostics[0].message("zh") != error.value.diagnostics[0].message("en")


def _flat(row: Mapping[str, Any]) -> Iterator[Any]:
    for value in row.values():
        if isinstance(value, list):
            for line in value:
                yield from _flat(line)
        else:
            yield value


def connector_suite(kind: str, double: type[Any]) -> type[ConnectorSuite]:
    """The suite as a test class for one kind; `double` is a Bench class without parameters."""
    return type(f"Test_{kind}", (ConnectorSuite,), {"kind": kind, "bench_type": double})
