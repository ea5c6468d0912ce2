"""`ruleloom rule check` and `rule format`, as other programs call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from ruleloom.cli.rule import command

from .conftest import SCHEMA

RULE = 'rule "a" on customer\nwhen regoin = "East"\nthen warn "x"\n'


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "schema.yaml").write_text(yaml.safe_dump(SCHEMA, allow_unicode=True), encoding="utf-8")
    return ["--schema", str(tmp_path / "schema.yaml"), "--rules", str(tmp_path / "rules.txt")]


def _run(files: list[str], name: str, rules: str, *more: str) -> tuple[int, str]:
    Path(files[3]).write_text(rules, encoding="utf-8")
    result = CliRunner().invoke(command, [name, *files, *more])
    return result.exit_code, result.output


def test_errors_as_json(files: list[str]) -> None:
    code, output = _run(files, "check", RULE, "--format", "json")
    assert code == 1
    assert json.loads(output) == {
        "diagnostics": [
            {
                "line": 2, "column": 6, "end_line": 2, "end_column": 12, "severity": "error", "code": "no-such-field",
                "message": 'customer has no field "regoin"; did you mean "region"?',
                "fix": {"title": "Write region", "replacement": "region"},
            }
        ]
    }  # fmt: skip


def test_errors_for_people_quote_the_line(files: list[str]) -> None:
    code, output = _run(files, "check", RULE, "--language", "zh")
    assert code == 1
    assert "第 2 行第 6 列：" in output
    assert '  when regoin = "East"\n       ^^^^^^\n' in output


def test_good_rules_are_silent(files: list[str]) -> None:
    assert _run(files, "check", RULE.replace("regoin", "region"), "--format", "json") == (
        0,
        '{\n  "diagnostics": []\n}\n',
    )


def test_format_writes_the_other_language(files: list[str]) -> None:
    code, output = _run(files, "format", "# why\n" + RULE.replace("regoin", "region"), "--language", "zh")
    assert (code, output) == (0, '# why\n规则 "a" 针对 客户\n当 区域 = "东区"\n则 提醒 "x"\n')


def test_format_refuses_wrong_rules(files: list[str]) -> None:
    code, output = _run(files, "format", RULE)
    assert code == 1
    assert "line 2, column 6" in output


def test_files_that_cannot_be_read(files: list[str]) -> None:
    result = CliRunner().invoke(command, ["check", *files])
    assert result.exit_code == 2
    Path(files[3]).write_bytes(b"\xff\xfe\x00")
    assert CliRunner().invoke(command, ["check", *files]).exit_code == 2
