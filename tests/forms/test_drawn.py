"""Views, forms, pipelines and gates: read with everything wrong, and what they decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ruleloom.forms.conditions import WrittenCondition
from ruleloom.forms.drawn import read_drawing
from ruleloom.forms.entity import Entity, Model
from ruleloom.forms.findings import DefinitionError
from ruleloom.forms.gates import GateError, missing, require
from ruleloom.forms.layout import FieldState, Form, field_states
from ruleloom.forms.pipeline import Gate, Pipeline
from ruleloom.forms.schema_file import read_schema
from ruleloom.forms.view import View

APP = Path(__file__).parents[2] / "templates" / "stages" / "b2b_sales"
STAGES = [{"value": v, "label": {"en": v.title(), "zh": z}} for v, z in (("one", "一"), ("two", "二"), ("three", "三"))]
MODEL: Model = read_schema(
    {
        "entities": [
            {
                "name": "deal",
                "fields": [
                    {"name": "name", "type": "text", "label": {"en": "Name", "zh": "名称"}},
                    {"name": "stage", "type": "choice", "options": [*STAGES, "lost"]},
                    {"name": "amount", "type": "number"},
                    {"name": "reason", "type": "longtext"},
                    {"name": "photos", "type": "files"},
                    {"name": "owner", "type": "user", "reverse": "deals"},
                    {"name": "closed", "type": "date"},
                ],
            }
        ]
    }
)
DEAL: Entity = MODEL.entity("deal")


def en(text: str) -> dict[str, str]:
    return {"text": text, "language": "en"}


def wrong(kind: str, content: Any) -> dict[str, str]:
    with pytest.raises(DefinitionError) as caught:
        read_drawing(kind, content, DEAL, MODEL)
    for diagnostic in caught.value.diagnostics:
        assert "{" not in diagnostic.message("en")
        assert diagnostic.message("zh")
    return {d.target or "": d.code for d in caught.value.diagnostics}


def pipeline(**more: Any) -> Pipeline:
    gates = [
        {"condition": en("reason is not empty"), "message": {"en": "Say why", "zh": "写明原因"}, "fields": ["reason"]},
        {"condition": en("photos is not empty"), "message": {"en": "Add a photo"}, "fields": ["photos"]},
    ]
    stages = [{"value": "one", "gates": gates[:1]}, {"value": "two", "gates": gates[1:]}, {"value": "three"}]
    read = read_drawing("pipeline", {"stage_field": "stage", "stages": stages, **more}, DEAL, MODEL)
    assert isinstance(read, Pipeline)
    return read


def judge(values: dict[str, Any]) -> Any:
    def holds(condition: WrittenCondition | Gate) -> bool:
        asked = condition.condition if isinstance(condition, Gate) else condition
        return asked.as_function(DEAL, MODEL)(values)

    return holds


def lacks(line: Pipeline, before: str | None, after: str | None, **values: Any) -> list[tuple[str, str | None]]:
    found = missing(line, DEAL.by_key["stage"], before, after, judge(values))
    return [(d.code, d.target) for d in found]


def test_a_view_is_read_with_paths_and_its_filter() -> None:
    content = {
        "columns": [{"field": "name", "width": 200}, {"field": "owner.manager.name"}],
        "filter": en("amount > 5 and no deals in the last 30 days") | {"text": "amount > 5"},
        "sort": [{"field": "owner.name", "descending": True}],
        "group": ["stage", "owner"],
        "totals": [
            {"function": "count"},
            {"field": "amount", "function": "avg"},
            {"field": "closed", "function": "max"},
        ],
    }
    view = read_drawing("view", content, DEAL, MODEL)
    assert isinstance(view, View)
    assert view.columns[1].path == ("owner", "manager", "name")
    assert view.filter is not None
    assert view.filter.written() == en("amount > 5")
    assert (view.sort[0].descending, view.group) == (True, ("stage", "owner"))


def test_everything_wrong_with_a_view_is_told() -> None:
    content = {
        "columns": [{"field": "nmae"}, {"field": "name.x"}, {"field": "name", "width": 5}, "name"],
        "filter": {"text": "amuont > 5", "language": "en"},
        "sort": [{"field": "photos"}, {"field": "name", "descending": "yes"}],
        "group": ["stag"],
        "totals": [{"function": "summ"}, {"function": "sum"}, {"function": "sum", "field": "name"}],
        "colour": "red",
    }
    found = wrong("view", content)
    del found["filter"]  # the language's own code
    assert found == {
        "columns[0].field": "unknown-field-near",
        "columns[1].field": "path-stops",
        "columns[2].width": "number-between",
        "columns[3]": "not-a-mapping",
        "columns[3].field": "property-missing",
        "sort[0].field": "field-not-ordered",
        "sort[1].descending": "not-yes-or-no",
        "group[0]": "unknown-field-near",
        "totals[0].function": "unknown-total-near",
        "totals[1].field": "total-needs-field",
        "totals[2].field": "total-not-for-kind",
        "colour": "unknown-property-near",
    }


def test_a_form_shows_and_asks_by_its_conditions() -> None:
    fields = [
        {"field": "amount"},
        {"field": "reason", "visible_when": en("amount > 10"), "required_when": en("amount > 10")},
        {"field": "photos", "visible_when": en("amount > 100"), "required_when": en("amount > 1")},
    ]
    form = read_drawing("form", {"sections": [{"title": {"en": "All"}, "columns": 2, "fields": fields}]}, DEAL, MODEL)
    assert isinstance(form, Form)
    assert field_states(form, judge({"amount": 50})) == {
        "amount": FieldState(visible=True, required=False),
        "reason": FieldState(visible=True, required=True),
        "photos": FieldState(visible=False, required=False),
    }


def test_everything_wrong_with_a_form_is_told() -> None:
    fields = [
        {"field": "name", "visible_when": en("owner.manager.name is empty")},
        {"field": "name"},
        {"field": "amount", "required_when": en("stage changes")},
        {"field": "reason", "required_when": "always"},
    ]
    assert wrong("form", {"sections": [{"columns": 9, "fields": fields}]}) == {
        "sections[0].columns": "number-between",
        "sections[0].fields[0].visible_when": "condition-not-record-local",
        "sections[0].fields[1].field": "field-in-form-twice",
        "sections[0].fields[2].required_when": "condition-about-change",
        "sections[0].fields[3].required_when": "condition-shape",
    }
    assert wrong("form", {}) == {"sections": "form-without-sections"}


def test_everything_wrong_with_a_pipeline_is_told() -> None:
    gate: dict[str, Any] = {"condition": None, "message": {}, "fields": ["phtos"]}
    content = {
        "stage_field": "stage",
        "stages": [{"value": "one", "gates": [gate]}, {"value": "one"}, {"value": "thre"}],
    }
    assert wrong("pipeline", content) == {
        "stages[0].gates[0].condition": "gate-without-condition",
        "stages[0].gates[0].message": "gate-without-message",
        "stages[0].gates[0].fields[0]": "unknown-field-near",
        "stages[1].value": "stage-named-twice",
        "stages[2].value": "not-a-stage-near",
    }
    assert wrong("pipeline", {"stage_field": "amount", "stages": []}) == {
        "stage_field": "stage-field-not-choice",
        "stages": "pipeline-without-stages",
    }


def test_a_move_is_refused_with_every_missing_item() -> None:
    line = pipeline()
    assert lacks(line, "one", "two", reason="because") == []
    assert lacks(line, "one", "two") == [("gate-closed", "reason")]
    everything = [("stage-skipped", "stage"), ("gate-closed", "reason"), ("gate-closed", "photos")]
    assert lacks(line, "one", "three") == everything
    assert lacks(line, None, "three") == everything
    with pytest.raises(GateError) as caught:
        require(line, DEAL.by_key["stage"], "one", "three", judge({}))
    assert [d.message("zh") for d in caught.value.diagnostics] == [
        "不能直接进入“三”：跳过了二。",
        "写明原因",
        "Add a photo",
    ]


def test_skipping_and_returning_as_the_pipeline_allows() -> None:
    assert lacks(pipeline(allow_skip=True), "one", "three", reason="r", photos=("1",)) == []
    assert lacks(pipeline(), "three", "one") == []
    assert lacks(pipeline(allow_return=False), "three", "one") == [("stage-returned", "stage")]


def test_what_lies_beside_the_pipeline_is_free_to_reach() -> None:
    line = pipeline(allow_return=False)
    assert lacks(line, "one", "lost") == []
    assert lacks(line, "two", None) == []
    assert lacks(line, "lost", "one") == []
    assert lacks(line, "lost", "two") == [("gate-closed", "reason")]


def test_the_shipped_app_is_read_without_an_error() -> None:
    entities = [
        e for f in sorted((APP / "entities").glob("*.yaml")) for e in yaml.safe_load(f.read_text("utf-8"))["entities"]
    ]
    model = read_schema({"timezone": "Asia/Shanghai", "entities": entities})
    read = 0
    for kind in ("view", "form", "pipeline"):
        for file in sorted((APP / f"{kind}s").glob("*.yaml")):
            for drawn in yaml.safe_load(file.read_text("utf-8"))[f"{kind}s"]:
                meta = ("key", "entity", "labels", "shared")
                content = {part: value for part, value in drawn.items() if part not in meta}
                read_drawing(kind, content, model.entity(drawn["entity"]), model)
                read += 1
    assert read > 8
