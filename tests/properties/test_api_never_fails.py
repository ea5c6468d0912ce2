"""Whatever is sent to any operation of the OpenAPI document: it describes the answer, and we never fail."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ruleloom.access import WORKSPACE
from ruleloom.api.app import create_app
from ruleloom.runtime.commands import accounts
from ruleloom.runtime.opening import open_workspace
from tests.api.client import PASSWORD, Client
from tests.api.conftest import ENTITIES
from tests.api.openapi_cases import HOSTILE_TEXTS, Operation, body_of, operations

EXAMPLES, EXAMPLES_ON_POSTGRESQL = (30, 30) if os.environ.get("RULELOOM_SIZE") == "full" else (3, 1)
LEFT_OUT = {("delete", "/api/v1/session"), ("patch", "/api/v1/session"), ("patch", "/api/v1/users/{user}")}
"""They would end the session of the test itself."""
OF_THE_OTHER_SIDE = 502
FIELDS = [field["name"] for entity in ENTITIES for field in entity["fields"]]
DOCUMENT = create_app().test_client().get("/api/v1/openapi.json").get_json()
OPERATIONS = [each for each in operations(DOCUMENT) if (each.method, each.path) not in LEFT_OUT]
RULE = 'rule "Big" on customer when credit > 1000 then create coupon (customer = this, code = "BIG")'
FORM = {"sections": [{"title": {"en": "S"}, "fields": [{"field": "name"}]}]}
PIPELINE = {"stage_field": "region", "stages": [{"value": "East"}, {"value": "West"}]}


class World:
    """A signed-in administrator, and names of things that exist, by the names of the document."""

    def __init__(self, client: Client, examples: int) -> None:
        self.examples = examples
        self.client = client
        customer = client.create("customer", name="A", credit="5")["record"]["id"]
        order = client.create("order", customer=customer, amount="5")["record"]["id"]
        drawn = [
            self._drawn("rules", content={"text": RULE, "language": "en"}),
            self._drawn("views", name="V", entity="customer", content={"columns": [{"field": "name"}]}),
            self._drawn("forms", name="F", entity="customer", content=FORM),
            self._drawn("pipelines", name="P", entity="customer", content=PIPELINE),
        ]
        file = {"file": (io.BytesIO(b"Name,Code\nA,1\n"), "a.csv")}
        begun = client.ask("POST", "/imports?entity=customer", data=file).get_json()
        self.paths: Mapping[str, list[str]] = {
            "entity": ["customer", "order", "coupon", "user"],
            "record": [customer, order],
            "drawn_id": drawn,
            "import_id": [begun["id"]],
            "pipeline": drawn[-1:],
            "name": ["b2b_sales"],
        }
        self.known: Mapping[str, list[Any]] = {
            "key": FIELDS, "field": FIELDS, "entity": ["customer", "order"], "language": ["en", "zh"],
            "type": ["text", "number", "reference", "choice", "date"], "to": ["customer"], "record": [customer],
            "stage_field": ["region"], "value": ["East"], "function": ["sum", "average", "minimum", "maximum"],
        }  # fmt: skip

    def _drawn(self, kind: str, **content: Any) -> str:
        answer = self.client.post(f"/{kind}", content)
        assert answer.status_code == 201, answer.get_json()
        identity: str = answer.get_json()["id"]
        return identity

    def address(self, operation: Operation, data: st.DataObject) -> str:
        """The path of an operation with parts that mostly exist, and some of its query."""
        path = operation.path.removeprefix("/api/v1")
        for name in re.findall(r"{(\w+)}", path):
            known = st.sampled_from(self.paths.get(name, ["1"]))
            part = data.draw(known if data.draw(st.integers(0, 3)) else st.sampled_from(HOSTILE_TEXTS))
            path = path.replace(f"{{{name}}}", _quoted(part))
        asked = []
        for parameter in operation.described.get("parameters", ()):
            name = parameter.get("name")
            if parameter.get("in") == "query" and data.draw(st.booleans()):
                usual = self.known.get(name, ["1"])
                asked.append(f"{name}={_quoted(str(data.draw(st.sampled_from([*usual, *HOSTILE_TEXTS]))))}")
        return f"{path}?{'&'.join(asked)}" if asked else path


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, copies: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One workspace for all operations: what one breaks the next should survive."""
    folder: Path = tmp_path_factory.mktemp("files")
    with copies(request.getfixturevalue(f"{request.param}_template")) as url:
        workspace = open_workspace(url, folder=folder, demo=True)
        accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", PASSWORD, ["administrator"])
        app = create_app(workspace, TESTING=True, PROPAGATE_EXCEPTIONS=False)
        client = Client(app.test_client(), "ada@example.com")
        for content in ENTITIES:
            assert client.post("/entities", content).status_code == 201
            assert client.post(f"/entities/{content['name']}/publish").status_code == 200
        yield World(client, EXAMPLES if request.param == "sqlite" else EXAMPLES_ON_POSTGRESQL)
        workspace.close()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: f"{each.method} {each.path}")
def test_every_answer_is_described(world: World, operation: Operation) -> None:
    @settings(
        max_examples=world.examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def send(data: st.DataObject) -> None:
        path = world.address(operation, data)
        body = data.draw(body_of(operation, DOCUMENT, world.known))
        headers = {"Accept-Language": data.draw(st.sampled_from(["en", "zh"]))}
        if operation.method in ("put", "patch", "delete"):
            headers["If-Match"] = f'"{data.draw(st.integers(0, 3))}"'
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = world.client.ask(operation.method.upper(), path, headers=headers, **sent)
        described(operation, answer)

    send()


def described(operation: Operation, answer: Any) -> None:
    """The status is in the document, or the answer is a problem of the caller's (`default`)."""
    if answer.status_code < 400:
        assert str(answer.status_code) in operation.statuses or answer.status_code in (304, 308)
        return
    assert answer.status_code < 500 or answer.status_code == OF_THE_OTHER_SIDE, answer.get_json()
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    assert problem["errors"]
    assert all(error["message"] and error["code"] for error in problem["errors"])
    assert "Traceback" not in answer.text
