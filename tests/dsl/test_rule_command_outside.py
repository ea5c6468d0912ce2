"""`ruleloom rule check --format json` as a program of its own: the contract that other tools build on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from ruleloom.cli.rule import command

from .conftest import SCHEMA

RUN = [sys.executable, "-c", "from ruleloom.cli import main; main()"]
KEYS = ["line", "column", "end_line", "end_column", "severity", "code", "message", "fix"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "schema.yaml").write_text(yaml.safe_dump(SCHEMA, allow_unicode=True), encoding="utf-8")
    return folder


Answer = tuple[int, list[dict[str, Any]]]


def _check(folder: Path, rules: str | bytes, *more: str) -> Answer:
    """Exit code and diagnostics, asked in this process: a start of Python takes a second on a busy machine."""
    (folder / "rules.txt").write_bytes(rules if isinstance(rules, bytes) else rules.encode())
    files = ["--schema", str(folder / "schema.yaml"), "--rules", str(folder / "rules.txt")]
    result = CliRunner().invoke(command, ["check", *files, "--format", "json", *more])
    return result.exit_code, json.loads(result.output)["diagnostics"]


def _check_outside(folder: Path, rules: str | bytes, *more: str) -> Answer:
    """The same, as another program asks."""
    data = rules if isinstance(rules, bytes) else rules.encode()
    (folder / "rules.txt").write_bytes(data)
    files = ["--schema", str(folder / "schema.yaml"), "--rules", str(folder / "rules.txt")]
    done = subprocess.run(
        [*RUN, "rule", "check", *files, "--format", "json", *more], capture_output=True, timeout=120, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)["diagnostics"]


def _mended(text: str, found: dict[str, Any]) -> str:
    """The text with the replacement in the place of the span, as an editor would do it."""
    lines = text.split("\n")

    def at(line: int, column: int) -> int:
        return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1

    start, end = at(found["line"], found["column"]), at(found["end_line"], found["end_column"])
    return text[:start] + str(found["fix"]["replacement"]) + text[end:]


WRONG = [
    ('rule "a" on customer\nwhen regoin = "East"\nthen warn "x"', (2, 6, 2, 12)),
    ('rule "a" on customer\nwhen region = "East"\nthen warn "x', (3, 11, 3, 13)),
    ('rule "a" on custmer\nwhen region = "East"\nthen warn "x"', (1, 13, 1, 20)),
    ('rule "a" on customer\nwhen score == 3\nthen warn "x"', (2, 12, 2, 14)),
    ('rule "a" on customer\nwhen name = "𠀀𠀀" && score > 3\nthen warn "x"', (2, 18, 2, 20)),
    ('rule "a" on customer\nwhen region = \'East\'\nthen warn "x"', (2, 15, 2, 21)),
    ('rule "a" on customer\nwhen the last two trainings all attended = no\nthen warn "x"', (2, 15, 2, 18)),
    ('规则 "甲" 针对 客户\n当 区欲 = "东区"\n则 提醒 "x"', (2, 3, 2, 5)),
    ('规则 "甲" 针对 客户\n当 近30天没有定单\n则 提醒 "x"', (2, 9, 2, 11)),
    ('规则 "甲" 针对 客户\n当 区域 等于 "东区"\n则 提醒 "x"', (2, 6, 2, 8)),
    ('rule "a" on customer\nwhen any orders where (amount > 100\nthen warn "x"', (3, 1, 3, 5)),
    ('rule "a" on deal\nwhen amount > 1\nthen if amount > 2 (warn "x"', (3, 29, 3, 29)),
]


@pytest.mark.parametrize(("rules", "place"), WRONG)
def test_place_and_fix(rules: str, place: tuple[int, int, int, int], folder: Path) -> None:
    code, found = _check(folder, rules)
    assert code == 1
    assert [list(each) for each in found] == [KEYS] * len(found)
    first = found[0]
    assert (first["line"], first["column"], first["end_line"], first["end_column"]) == place
    assert first["severity"] == "error"
    assert first["message"]
    assert set(first["fix"]) == {"title", "replacement"}
    assert _check(folder, _mended(rules, first)) == (0, [])


def test_other_programs_get_the_same_answer(folder: Path) -> None:
    for rules in (WRONG[7][0], "(" * 10_000):
        assert _check_outside(folder, rules) == _check(folder, rules)
    assert _check_outside(folder, 'rule "a" on customer\nwhen score > 3\nthen warn "x"\n') == (0, [])


def test_the_end_of_the_text_is_one_past_its_last_character(folder: Path) -> None:
    rules = 'rule "a" on customer\nwhen score >'
    code, found = _check(folder, rules)
    assert code == 1
    assert (found[0]["line"], found[0]["column"]) == (2, len("when score >") + 1)
    assert (found[0]["end_line"], found[0]["end_column"]) == (2, len("when score >") + 1)
    assert found[0]["fix"] is None


def test_the_first_message_is_the_earliest_cause_and_all_are_told(folder: Path) -> None:
    rules = 'rule "a" on customer\nwhen regoin = "East" and nmae = "x"\nthen warn "{scor}"\n'
    code, found = _check(folder, rules)
    assert code == 1
    assert [(each["line"], each["column"]) for each in found] == [(2, 6), (2, 26), (3, 13)]
    assert [each["fix"]["replacement"] for each in found] == ["region", "name", "score"]


def test_what_follows_from_an_unknown_entity_is_not_told(folder: Path) -> None:
    code, found = _check(folder, 'rule "a" on vendor\nwhen score > 3 and no orders\nthen set score = 4\n')
    assert code == 1
    assert [each["code"] for each in found] == ["no-such-entity"]


def test_messages_follow_the_reader(folder: Path) -> None:
    rules = WRONG[0][0]
    english, chinese = (_check(folder, rules, "--language", language)[1][0] for language in ("en", "zh"))
    assert english["message"] == 'customer has no field "regoin"; did you mean "region"?'
    assert chinese["message"] == "客户没有字段“regoin”，是不是“region”？"
    assert english["fix"]["title"] != chinese["fix"]["title"]
    assert [english[key] for key in KEYS[:6]] == [chinese[key] for key in KEYS[:6]]


def test_line_ends_of_windows_and_a_byte_order_mark_do_not_move_places(folder: Path) -> None:
    rules = WRONG[0][0].replace("\n", "\r\n").encode("utf-8-sig")
    assert [_check(folder, rules)[1][0][key] for key in KEYS[:4]] == [2, 6, 2, 12]


def test_right_rules_and_no_rules_are_right(folder: Path) -> None:
    assert _check(folder, 'rule "a" on customer\nwhen score > 3\nthen warn "x"\n') == (0, [])
    assert _check(folder, "") == (0, [])
    assert _check(folder, "# nothing yet\n") == (0, [])


@pytest.mark.parametrize(
    "rules",
    [
        'rule "a" on deal\nwhen amount > 1\nthen warn "x"\n' * 22_000,
        'rule "a" on deal when ' + "(" * 10_000 + "amount > 1" + ")" * 10_000 + ' then warn "x"',
        'rule "a" on deal when ' + "not " * 250_000,
        "当" * 330_000,
    ],
    ids=["many rules", "nested", "one rule", "chinese"],
)
def test_long_and_deep_texts_are_answered_in_two_seconds(rules: str, folder: Path) -> None:
    began = time.process_time()
    code, found = _check(folder, rules)
    assert time.process_time() - began < 2
    assert code == 1
    assert found


def test_hostile_texts_stay_texts(folder: Path) -> None:
    rules = (
        "rule \"__import__('os').system('exit 3')\" on customer\n"
        'when name = "\'; drop table r_customer; --"\nthen warn "{{7*7}}"\n'
    )
    assert _check(folder, rules) == (0, [])
    assert _check(folder, 'rule "a" on customer\nwhen __class__ = "x"\nthen warn "{__import__}"\n')[0] == 1
