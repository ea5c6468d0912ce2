"""Comments say what people mean and nothing to the parser, whatever they end with."""

from __future__ import annotations

import pytest

from ruleloom.dsl import format as write
from ruleloom.dsl import parse
from ruleloom.forms.entity import Model


@pytest.mark.parametrize("end", [".", "。", "=", "(", "`", '"', "and", "且", "9"])
@pytest.mark.parametrize(
    "text",
    [
        '# why{end}\nrule "X" on customer\nwhen name is empty\nthen notify owner "x"',
        'rule "X" on customer  # why{end}\nwhen name is empty\nthen notify owner "x"',
        '# 为何{end}\n规则 "X" 针对 客户\n当 名称 为空\n则 通知 负责人 "x"',
    ],
)
def test_the_end_of_a_comment_is_no_part_of_the_rule(workspace: Model, text: str, end: str) -> None:
    parsed = parse(text.replace("{end}", end), workspace)
    assert parsed.diagnostics == ()
    again = parse(write(parsed.rules, workspace, "zh"), workspace, "zh")
    assert again.rules == parsed.rules
    assert [comment.text for comment in again.rules[0].comments] == [
        comment.text for comment in parsed.rules[0].comments
    ]
