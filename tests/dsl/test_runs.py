"""Chinese without spaces: one way to read is taken, several are offered, a name that is the whole run wins."""

from __future__ import annotations

from ruleloom import dsl
from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema


def _model(*labels: str) -> Model:
    fields = [
        {"name": f"f{position}", "type": "boolean", "label": {"zh": label}} for position, label in enumerate(labels)
    ]
    return read_schema({"entities": [{"name": "thing", "label": {"zh": "东西"}, "fields": fields}]})


def _read(text: str, model: Model) -> dsl.Parsed:
    return dsl.parse(text, model, "zh", entity=model.by_key["thing"].id, part="condition")


def test_one_way_is_taken() -> None:
    model = _model("当前状态", "是否有效", "天气")
    parsed = _read("当前状态且是否有效=是且天气是否", model)
    assert parsed.ok
    assert parsed.tree is not None
    assert dsl.format(parsed.tree, model, "zh") == "当前状态 且 是否有效 = 是 且 天气 = 否"


def test_several_ways_are_offered() -> None:
    model = _model("甲", "乙", "丙", "甲且乙")
    parsed = _read("甲且乙或丙", model)
    assert [each.code for each in parsed.diagnostics] == ["several-readings"]
    ways = parsed.diagnostics[0].params["ways"]
    assert sorted(ways) == ["甲 且 乙", "甲且乙"] or len(ways) == 2
    assert parsed.diagnostics[0].fix is not None


def test_spaces_and_backticks_decide() -> None:
    model = _model("甲", "乙", "丙", "甲且乙")
    assert _read("甲 且 乙 或 丙", model).ok
    assert _read("`甲且乙`或丙", model).ok


def test_a_name_that_is_the_whole_run_wins() -> None:
    model = _model("甲", "乙", "甲且乙")
    parsed = _read("甲且乙 = 是", model)
    assert parsed.ok
    assert parsed.tree is not None
    assert dsl.format(parsed.tree, model, "en") == "f2 = yes"


def test_a_rename_rewrites_texts_and_keeps_comments() -> None:
    old, new = _model("甲", "乙"), _model("甲", "新名")
    text = '# 说明\n规则 "a" 针对 东西\n当 甲 且 乙\n则 提醒 "{乙}"'
    assert dsl.reformat(text, old, new, "zh") == '# 说明\n规则 "a" 针对 东西\n当 甲\n 且 新名\n则 提醒 "{新名}"'
    assert dsl.reformat(text, old, _model("甲", "乙"), "zh") == text
