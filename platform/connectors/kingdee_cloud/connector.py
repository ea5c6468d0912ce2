"""The connector: settings to client, verbs to services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ruleloom.connectors.contract import (
    Connector,
    CursorState,
    Health,
    Limits,
    Op,
    Outcome,
    Page,
    RemoteField,
    Resource,
    Row,
)
from ruleloom.connectors.errors import Fatal
from ruleloom.connectors.http import Client
from ruleloom.connectors.kingdee_cloud import signing, writing
from ruleloom.connectors.kingdee_cloud.forms import FORMS, BillForm
from ruleloom.connectors.kingdee_cloud.metadata import fields_of
from ruleloom.connectors.kingdee_cloud.options import Options
from ruleloom.connectors.kingdee_cloud.queries import Reading
from ruleloom.connectors.kingdee_cloud.replies import raise_for_error
from ruleloom.connectors.kingdee_cloud.session import Session, SignedHeaders, service
from ruleloom.connectors.kingdee_cloud.window import Window
from ruleloom.connectors.redaction import Redactor

_FORM_SERVICE = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."


class KingdeeCloud(Connector):
    """Customers and sale orders of a Kingdee Cloud Galaxy data centre."""

    kind = "kingdee_cloud"
    labels = {"zh": "金蝶云星空", "en": "Kingdee Cloud Galaxy"}  # noqa: RUF012
    version = "1.0"
    level = "vendor-sdk"
    Settings = Options
    resources = FORMS

    def open(self, settings: Mapping[str, Any]) -> None:
        """Builds the client for one of the two ways to prove who calls."""
        self._zone: ZoneInfo = settings["zone"]
        self._page_rows: int = settings["page_rows"]
        self._lookback = timedelta(minutes=settings["lookback_minutes"])
        self._who = signing.Identity(
            settings["acct_id"],
            settings["user"],
            settings["app_id"],
            settings["app_secret"],
            settings["lcid"],
            settings["org"],
        )
        limits = Limits(per_second=settings["calls_per_second"], burst=2 * settings["calls_per_second"])
        redact = Redactor(
            filter(None, (settings["password"], settings["app_secret"], signing.client_secret(self._who.app_id)))
        )
        self._auth: Session | SignedHeaders
        if settings["sign_in"] == "headers":
            self._auth = SignedHeaders(self._who, self.context)
        else:
            base, way = settings["base_url"], settings["sign_in"]
            self._auth = Session(base, self._who, way, settings["password"], self.context, redact, limits)
        self._http = Client(
            settings["base_url"], self.context, auth=self._auth, judge=raise_for_error, limits=limits, redactor=redact
        )

    def close(self) -> None:
        """Ends open sockets."""
        self._http.close()
        if isinstance(self._auth, Session):
            self._auth.close()

    def check(self) -> Health:
        """Signs in and reads one customer's key."""
        form = self._form(self.resources[0])
        self._query(
            {
                "FormId": form.form_id,
                "FieldKeys": form.key,
                "FilterString": "",
                "OrderString": "",
                "TopRowCount": 1,
                "StartRow": 0,
                "Limit": 1,
            }
        )
        return Health(
            ok=True, account=f"{self._who.user}@{self._who.acct_id}", skew=timedelta(seconds=round(self._http.skew))
        )

    def discover(self, resource: Resource) -> Sequence[RemoteField]:
        """Asks `QueryBusinessInfo` for the form's fields."""
        form = self._form(resource)
        reply = self._call("QueryBusinessInfo", {"data": {"FormId": form.form_id}}, repeat=True)
        return tuple(replace(f) for f in fields_of(reply, form))

    def read(self, resource: Resource, since: CursorState | None, fields: Sequence[str], page: int) -> Iterator[Page]:
        """Changed rows by modification time; times come out as RFC 3339 with the server's offset."""
        form = self._form(resource)
        wanted = list(fields) or [f.key for f in form.fields]
        server_now = self.context.now() + timedelta(seconds=min(0.0, self._http.skew))
        window = Window.following(since, server_now, self._lookback)
        reading = Reading(form, wanted, self._query, min(page, self._page_rows))
        moments = {f.key for f in form.fields if f.type == "datetime"}
        for found in reading.pages(window, window.local(self._zone)):
            yield Page([self._with_zone(row, moments) for row in found.rows], found.state)

    def write(self, resource: Resource, ops: Sequence[Op]) -> Iterable[Outcome]:
        """Saves each row with `Save`; see `writing` for what a lost answer means."""
        form = self._form(resource)
        return (writing.save(op, form, self._call, self._query) for op in ops)

    def _with_zone(self, row: Row, moments: set[str]) -> Row:
        zoned = {key: self._instant(row[key]) for key in moments if row.get(key)}
        return {**row, **zoned}

    def _instant(self, text: Any) -> str:
        local = datetime.fromisoformat(str(text))
        return local.replace(tzinfo=self._zone).astimezone(UTC).isoformat()

    def _query(self, body: Mapping[str, Any]) -> list[list[Any]]:
        rows = self._call("ExecuteBillQuery", {"data": body}, repeat=True)
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise Fatal(repr(rows)[:200], code="remote-not-rows")
        return rows

    def _call(self, verb: str, payload: Mapping[str, Any], *, repeat: bool) -> Any:
        return self._http.post(service(_FORM_SERVICE + verb), payload, repeat=repeat).json()

    def _form(self, resource: Resource) -> BillForm:
        if not isinstance(resource, BillForm):
            raise TypeError(f"{resource.name} is not a Kingdee form")
        return resource
