"""The shared JsonLogic vectors, through the command line's own function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ruleloom.cli.jsonlogic import command

VECTORS = [
    case for case in json.loads(Path(__file__).with_name("tests.json").read_text("utf-8")) if isinstance(case, list)
]


def test_there_are_277_vectors() -> None:
    assert len(VECTORS) == 277


def test_every_vector_gives_its_result() -> None:
    lines = "\n".join(json.dumps({"rule": rule, "data": data}) for rule, data, _ in VECTORS)
    answers = [json.loads(line) for line in CliRunner().invoke(command, input=lines).output.splitlines()]
    wrong = [
        (rule, data, expected, answer)
        for (rule, data, expected), answer in zip(VECTORS, answers, strict=True)
        if "result" not in answer or not _same(answer["result"], expected)
    ]
    assert wrong == []


def _same(found: Any, expected: Any) -> bool:
    return bool(found == expected) and isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('{"rule": {"frobnicate": [1]}, "data": {}}', "frobnicate"),
        ('{"rule": {"in": []}, "data": {}}', "in"),
        ("nonsense", "JSON"),
        ("[1]", "rule"),
        ('{"rule": ' + '{"!": ' * 300 + "1" + "}" * 300 + "}", "nested"),
    ],
)
def test_what_cannot_be_evaluated_is_said_and_never_raised(line: str, word: str) -> None:
    result = CliRunner().invoke(command, input=line + "\n" + '{"rule": {"+": [1, 2]}}')
    assert result.exit_code == 0
    first, second = (json.loads(each) for each in result.output.splitlines())
    assert word in first["error"]
    assert second == {"result": 3}
