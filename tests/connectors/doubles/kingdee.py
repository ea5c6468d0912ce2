"""A loopback double of a Kingdee Cloud Galaxy server. It counts because the vendor's own SDK accepts it as one.

Try it by hand: `python -m tests.connectors.doubles.kingdee --port 8091` prints the settings for a connection.
What it imitates beyond the happy path: caps on rows per page, sessions that get lost, call limits, locks, wrong
secrets, slow answers, errors with HTTP 200. What it cannot prove: that a live server does the same.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from tests.connectors.doubles import kingdee_sdk_rules as rules
from tests.connectors.doubles.kingdee_data import customers, orders
from tests.connectors.doubles.kingdee_tables import KEYS, BadQuery, Tables, condition_of

_FORM_SERVICE = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
_AUTH_SERVICE = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
ZONE = ZoneInfo("Asia/Shanghai")
SESSION_LOST = "会话信息已丢失，请重新登录"
ORDER_FIELDS = {"FCustId.FNumber": "BD_Customer", "FMaterialId.FNumber": "BD_MATERIAL"}


@dataclass
class Account:
    """Who may sign in."""

    acct_id: str = "acct01"
    user: str = "api_user"
    password: str = "kingdee-password"
    app_id: str = "204399_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"
    app_secret: str = "appsecret01"


@dataclass
class Moods:
    """How the server misbehaves; tests set these while it runs."""

    most_rows: int = 2000
    lose_session_every: int = 0
    limit_every: int = 0
    lock_every: int = 0
    fail_with_503_every: int = 0
    drop_answer_of: str = ""
    """Name of a verb whose work is done but whose answer is not sent, once."""
    delay: float = 0.0
    """Seconds that every answer takes."""


@dataclass
class KingdeeDouble:
    """The state behind the server; `serve` gives it an address."""

    account: Account = field(default_factory=Account)
    moods: Moods = field(default_factory=Moods)
    tables: Tables = field(default_factory=Tables)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The server's clock, aware; its local time (Shanghai) stamps what is saved."""
    calls: list[str] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    base_url: str = ""

    def __post_init__(self) -> None:
        self._numbers, self._session_numbers, self._lock = count(1), count(1), Lock()

    def fill(self, customer_count: int, order_count: int) -> KingdeeDouble:
        """Puts made-up customers and orders in."""
        self.tables.put("BD_Customer", customers(customer_count))
        self.tables.put("SAL_SaleOrder", orders(order_count, customer_count))
        return self

    def settings(self, sign_in: str = "headers", **more: Any) -> dict[str, Any]:
        """The settings of a connection to this double."""
        a = self.account
        return {
            "base_url": self.base_url,
            "acct_id": a.acct_id,
            "user": a.user,
            "sign_in": sign_in,
            "password": a.password,
            "app_id": a.app_id,
            "app_secret": a.app_secret,
            "calls_per_second": 100,
            **more,
        }

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON (or text) and headers for one POST."""
        service = path.rsplit("/", 1)[-1].removesuffix(".common.kdsvc")
        self.calls.append(service.rsplit(".", 1)[-1])
        content = json.loads(body or b"{}")
        if service.startswith(_AUTH_SERVICE):
            return self._sign_in(service.removeprefix(_AUTH_SERVICE), content)
        if not service.startswith(_FORM_SERVICE):
            return 404, "response_error: service not found", {}
        with self._lock:
            number = next(self._numbers)
        if self.moods.fail_with_503_every and number % self.moods.fail_with_503_every == 0:
            return 503, "busy", {"Retry-After": "1"}
        refused = self._refuse(path, headers, number)
        return 200, refused or self._perform(service.removeprefix(_FORM_SERVICE), content), {}

    def _refuse(self, path: str, headers: Mapping[str, str], number: int) -> Any:
        if not self._known(path, headers):
            return [[failure(SESSION_LOST, 1)]]
        for every, code, text in (
            (self.moods.lose_session_every, 1, SESSION_LOST),
            (self.moods.limit_every, 14, "调用次数超过限制"),
            (self.moods.lock_every, 13, "网络控制冲突"),
        ):
            if every and number % every == 0:
                self.sessions -= self.sessions if code == 1 else set()
                return [[failure(text, code)]]
        return None

    def _known(self, path: str, headers: Mapping[str, str]) -> bool:
        if "x-kd-signature" in headers:
            return rules.signed_by(self.account, unquote(path), headers)
        given = {part.strip() for part in headers.get("cookie", "").split(";")}
        return any(f"kdservice-sessionid={session}" in given for session in self.sessions)

    def _sign_in(self, verb: str, content: Mapping[str, Any]) -> tuple[int, Any, dict[str, str]]:
        given = content.get("parameters", [])
        if not rules.may_sign_in(self.account, verb, json.loads(given) if isinstance(given, str) else given):
            return 200, {"LoginResultType": 0, "Message": "用户名或密码错误", "Context": None}, {}
        session = f"session-{next(self._session_numbers)}-{id(self)}"
        self.sessions.add(session)
        reply = {"LoginResultType": 1, "Message": None, "Context": {"SessionId": session}, "KDSVCSessionId": session}
        return 200, reply, {"Set-Cookie": f"kdservice-sessionid={session}; path=/"}

    def _perform(self, verb: str, content: Mapping[str, Any]) -> Any:
        data = content.get("data", {})
        data = json.loads(data) if isinstance(data, str) else data
        try:
            return _VERBS[verb](self, content.get("formid") or data.get("FormId"), data)
        except BadQuery as error:
            return [[failure(str(error), 8)]]
        except KeyError as error:
            return [[failure(f"业务对象不存在: {error}", 5)]]

    def query(self, form: str, data: Mapping[str, Any]) -> Any:
        """ExecuteBillQuery: rows as lists."""
        limit = int(data.get("Limit") or 0) or self.moods.most_rows
        if limit > self.moods.most_rows:
            return [[failure(f"单次查询行数不能超过{self.moods.most_rows}", 8)]]
        top = int(data.get("TopRowCount") or 0)
        keys = [key.strip() for key in data["FieldKeys"].split(",")]
        condition = condition_of(data.get("FilterString") or "")
        return self.tables.query(
            form,
            keys,
            condition,
            data.get("OrderString") or "",
            int(data.get("StartRow") or 0),
            min(limit, top) if top else limit,
        )

    def query_json(self, form: str, data: Mapping[str, Any]) -> Any:
        """BillQuery: the same rows as objects."""
        keys = [key.strip() for key in data["FieldKeys"].split(",")]
        return [dict(zip(keys, row, strict=True)) for row in self.query(form, data)]

    def describe(self, form: str, _: Mapping[str, Any]) -> Any:
        """QueryBusinessInfo: the fields, in the documented shape."""
        head, lines = self.tables.fields(form)
        entities = [_entity("FBillHead", head)] + ([_entity("FSaleOrderEntry", lines)] if lines else [])
        return {
            "Result": {
                "ResponseStatus": {"IsSuccess": True, "Errors": [], "MsgCode": 0},
                "NeedReturnData": {
                    "Id": form,
                    "Name": [{"Key": 2052, "Value": form}],
                    "PkFieldName": KEYS[form],
                    "Entrys": entities,
                },
            }
        }

    def save(self, form: str, data: Mapping[str, Any]) -> Any:
        """Save: creates with the next id, or updates the bill with the given id."""
        model, key = dict(data["Model"]), KEYS[form]
        number = "FNumber" if form == "BD_Customer" else "FBillNo"
        if not str(model.get("FName", "x")).strip():
            return failure("客户名称不能为空", 11, "FName")
        bill_id = int(model.get(key) or 0) or self.tables.highest(form) + 1
        heads, _ = self.tables.fields(form)
        kept = self.tables.query(form, heads, f"{key} = {bill_id}", "", 0, 1)
        flat = {
            f"{k}.FNumber" if isinstance(v, dict) else k: v["FNumber"] if isinstance(v, dict) else v
            for k, v in model.items()
        }
        now = self.clock().astimezone(ZONE).replace(tzinfo=None).isoformat(timespec="milliseconds")
        bill = {**(dict(zip(heads, kept[0], strict=True)) if kept else {}), **flat, key: bill_id, "FModifyDate": now}
        bill.setdefault(number, f"AUTO{bill_id}")
        self.tables.put(form, [{k: v for k, v in bill.items() if k in heads or not heads}])
        entity = {"Id": bill_id, "Number": bill[number], "DIndex": 0}
        return {
            "Result": {
                "ResponseStatus": {"IsSuccess": True, "Errors": [], "SuccessEntitys": [entity], "MsgCode": 0},
                "Id": bill_id,
                "Number": bill[number],
            }
        }


_VERBS: dict[str, Callable[[KingdeeDouble, str, Mapping[str, Any]], Any]] = {
    "ExecuteBillQuery": KingdeeDouble.query,
    "BillQuery": KingdeeDouble.query_json,
    "QueryBusinessInfo": KingdeeDouble.describe,
    "Save": KingdeeDouble.save,
}


def failure(message: str, code: int, field_name: str = "") -> dict[str, Any]:
    """An error as the server words it."""
    error = {"FieldName": field_name, "Message": message, "DIndex": 0}
    status = {
        "ErrorCode": 500,
        "IsSuccess": False,
        "Errors": [error],
        "SuccessEntitys": [],
        "SuccessMessages": [],
        "MsgCode": code,
    }
    return {"Result": {"ResponseStatus": status}}


def _entity(key: str, names: list[str]) -> dict[str, Any]:
    fields = [
        {
            "Key": name.partition(".")[0],
            "Name": [{"Key": 2052, "Value": name}],
            "MustInput": 0,
            "LookUpObjectFormId": ORDER_FIELDS.get(name) or ("BD_X" if "." in name else None),
        }
        for name in names
    ]
    return {"Key": key, "Fields": fields}


@contextmanager
def serve(double: KingdeeDouble, port: int = 0) -> Iterator[KingdeeDouble]:
    """Runs the double on 127.0.0.1 in a thread and sets its `base_url`."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(double))
    server.daemon_threads = True
    double.base_url = f"http://127.0.0.1:{server.server_port}/k3cloud"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(double: KingdeeDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet per answer

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content, more = double.answer(self.path, headers, body)
            time.sleep(double.moods.delay)
            if double.moods.drop_answer_of and double.calls[-1] == double.moods.drop_answer_of:
                double.moods.drop_answer_of = ""
                self.close_connection = True
                return
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            self.send_response_only(status)
            for name, value in {
                "Content-Type": "application/json; charset=utf-8",
                "Date": format_datetime(double.clock(), usegmt=True),
                **more,
            }.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(
        description="A stand-in for a Kingdee Cloud Galaxy server, for trying the connector."
    )
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that every answer takes")
    given = parser.parse_args()
    double = KingdeeDouble(moods=Moods(delay=given.delay)).fill(given.customers, given.orders)
    with serve(double, given.port):
        print(json.dumps(double.settings(), ensure_ascii=False, indent=2), flush=True)  # noqa: T201
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()


__all__ = ["Account", "KingdeeDouble", "Moods", "serve"]
