"""Imports through the commands' door, on both databases: what is made, what is left out, and why."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ruleloom.access import WORKSPACE, Actor
from ruleloom.cli import main
from ruleloom.runtime.durable import long_runs
from ruleloom.runtime.imports import service
from ruleloom.runtime.imports.report import reason
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs.import_log import ImportRow
from tests.imports.workspaces import opened, records


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path) -> Iterator[Workspace]:
    with opened(migrated_database, folder=tmp_path) as found:
        yield found


def run(
    workspace: Workspace, content: str | bytes, plan: dict[str, Any], *, name: str = "file.csv", dry: bool = False
) -> ImportRow:
    data = content.encode() if isinstance(content, str) else content
    row = service.begin(workspace, WORKSPACE, plan["entity"], name, io.BytesIO(data))
    service.set_plan(workspace, WORKSPACE, row.id, plan)
    return service.carry_out(workspace, WORKSPACE, service.claim(workspace, WORKSPACE, row.id, dry=dry), dry=dry)


def problems(workspace: Workspace, row: ImportRow) -> list[tuple[int, str | None, str]]:
    return [(p.row, p.column, p.code) for p in service.problems(workspace, WORKSPACE, row.id, 0, 1000)]


CUSTOMERS = {"entity": "customer", "key": ["code"], "columns": {"code": "Code", "name": "Name", "credit": "Credit"}}


@pytest.mark.parametrize("rules", [True, False])
def test_good_rows_go_in_and_bad_rows_are_named(workspace: Workspace, rules: bool) -> None:
    file = "Code,Name,Credit\nC1,Ärger & Co,10.50\n,No code,1\nC2,Two,abc\nC3,三号,1.234\nC1,again,2\n\nC4,Four,\n"
    done = run(workspace, file, {**CUSTOMERS, "rules": rules})
    assert [(r["code"], r["name"], r["credit"]) for r in records(workspace, "customer")] == [
        ("C1", "Ärger & Co", Decimal("10.50")),
        ("C4", "Four", None),
    ]
    assert sorted(problems(workspace, done)) == [
        (3, None, "import-key-empty"),
        (4, "Credit", "not-a-number"),
        (5, "Credit", "number-decimals"),
        (6, None, "import-key-repeated"),
    ]
    assert done.status == "partial"
    assert done.report is not None
    assert (done.report["rows"], done.report["created"], done.report["left_out"]) == (6, 2, 4)


def test_importing_again_changes_what_is_different_only(workspace: Workspace) -> None:
    run(workspace, "Code,Name,Credit\nC1,One,1\nC2,Two,2\n", CUSTOMERS)
    again = run(workspace, "Code,Name,Credit\nC1,One,1.00\nC2,Second,2\nC3,Three,3\n", CUSTOMERS)
    assert again.report is not None
    assert {k: again.report[k] for k in ("created", "updated", "unchanged", "left_out")} == {
        "created": 1, "updated": 1, "unchanged": 1, "left_out": 0,
    }  # fmt: skip
    assert [r["name"] for r in records(workspace, "customer")] == ["One", "Second", "Three"]


def test_a_dry_run_counts_the_same_and_writes_nothing(workspace: Workspace) -> None:
    file = "Code,Name,Credit\nC1,One,1\nC2,Two,x\n"
    rehearsed = run(workspace, file, CUSTOMERS, dry=True)
    assert rehearsed.status == "checked"
    assert records(workspace, "customer") == []
    assert problems(workspace, rehearsed) == [(3, "Credit", "not-a-number")]
    row = service.claim(workspace, WORKSPACE, rehearsed.id, dry=False)
    done = service.carry_out(workspace, WORKSPACE, row, dry=False)
    assert done.report is not None
    assert rehearsed.report is not None
    assert {**done.report, "dry": True} == rehearsed.report
    assert problems(workspace, done) == [(3, "Credit", "not-a-number")]
    assert len(records(workspace, "customer")) == 1


INVOICES: dict[str, Any] = {
    "entity": "invoice",
    "key": ["number"],
    "columns": {
        "number": "No",
        "ordered_at": {"column": "At", "zone": "Europe/London"},
        "customer": {"column": "Cust", "whole": True, "find": "code", "missing": "create", "copy": {"country": "Land"}},
        "amount": {"sum": ["Qty", "Price"]},
        "line_count": {"count": True},
    },
    "group": {
        "by": "No",
        "entity": "invoice_line",
        "parent": "invoice",
        "columns": {"position": {"position": True}, "sku": "Sku", "quantity": "Qty", "price": "Price"},
    },
}
LINES = (
    "No,Sku,Qty,At,Price,Cust,Land\n"
    "1,a,2,2010-12-01 08:26:00,2.55,17850.0,UK\n"
    "1,b,3,2010-12-01 08:27:00,1.1,17850.0,UK\n"
    "2,a,1,2010-07-01 08:00:00,1,,UK\n"
    "C3,a,-1,2010-12-02 00:00:00,2.55,17850.0,UK\n"
    "1,c,1,2010-12-01 08:26:00,0.001,17850.0,UK\n"
    "4,a,1,2010-12-02 00:00:00,x,17850.0,UK\n"
    "4,b,1,2010-12-02 00:00:00,1,17850.0,UK\n"
)


@pytest.mark.parametrize("rules", [True, False])
def test_one_file_feeds_parents_and_lines(workspace: Workspace, rules: bool) -> None:
    done = run(workspace, LINES, {**INVOICES, "rules": rules})
    found = {r["number"]: r for r in records(workspace, "invoice")}
    assert {n: (r["amount"], r["line_count"]) for n, r in found.items()} == {
        "1": (Decimal("8.401"), 3),
        "2": (Decimal("1.000"), 1),
        "C3": (Decimal("-2.550"), 1),
    }
    assert found["1"]["ordered_at"] == 1291191960 * 1_000_000
    assert found["2"]["ordered_at"] == 1277967600 * 1_000_000, "summer time"
    assert found["2"]["customer"] is None
    [customer] = records(workspace, "customer")
    assert (customer["code"], customer["country"]) == ("17850", "UK")
    assert found["1"]["customer"] == found["C3"]["customer"] == customer["id"]
    lines = records(workspace, "invoice_line")
    assert [(r["sku"], r["position"]) for r in lines if r["invoice"] == found["1"]["id"]] == [
        ("a", 1),
        ("b", 2),
        ("c", 3),
    ]
    assert problems(workspace, done) == [(7, "Price", "not-a-number"), (8, None, "import-with-its-group")]
    assert done.report is not None
    assert done.report["made"] == {"customer": 1}
    assert done.report["empty"] == {"customer": 1}
    assert done.report["lines"] == 5


def test_lines_are_not_doubled_by_a_second_import(workspace: Workspace) -> None:
    run(workspace, LINES, INVOICES)
    again = run(workspace, LINES, INVOICES)
    assert again.report is not None
    assert (again.report["created"], again.report["unchanged"], again.report["lines"]) == (0, 3, 0)
    assert len(records(workspace, "invoice_line")) == 5


def test_rows_can_be_left_out_on_purpose(workspace: Workspace) -> None:
    done = run(
        workspace, LINES, {**INVOICES, "skip": [{"column": "No", "starts": "C"}, {"column": "Cust", "empty": True}]}
    )
    assert {r["number"] for r in records(workspace, "invoice")} == {"1"}
    assert done.report is not None
    assert done.report["skipped"] == 2


@pytest.mark.parametrize(("missing", "left_out"), [("refuse", 1), ("empty", 0), ("create", 0)])
def test_references_that_are_missing(workspace: Workspace, missing: str, left_out: int) -> None:
    run(workspace, "Code,Name,Credit\nC1,One,1\n", CUSTOMERS)
    reference = {"column": "Cust", "find": "code", "missing": missing, "aliases": {"c-one": "C1"}}
    plan = {"entity": "invoice", "key": ["number"], "columns": {"number": "No", "customer": reference}}
    done = run(workspace, "No,Cust\n1,C1\n2,c-one\n3,C9\n4,\n", plan)
    assert done.report is not None
    assert done.report["left_out"] == left_out
    by_number = {r["number"]: r["customer"] for r in records(workspace, "invoice")}
    assert by_number["1"] == by_number["2"] is not None
    assert by_number["4"] is None
    if missing == "refuse":
        assert problems(workspace, done) == [(4, "Cust", "import-reference-missing")]
    else:
        assert (by_number["3"] is None) is (missing == "empty")


def seen(
    workspace: Workspace, content: str, plan: dict[str, Any]
) -> tuple[list[Any], list[tuple[int, str | None, str]]]:
    """What the preview shows: the first row, values and lines of each record to be, and the problems."""
    row = service.begin(workspace, WORKSPACE, plan["entity"], "file.csv", io.BytesIO(content.encode()))
    preview = service.set_plan(workspace, WORKSPACE, row.id, plan)[1]
    shown = [
        (each.rows[0].number, dict(each.values), [dict(line) for _, line in each.lines]) for each in preview.looked
    ]
    return shown, [(p.row, p.column, p.code) for p in preview.problems]


@pytest.mark.parametrize("missing", ["refuse", "create", "empty"])
def test_the_preview_and_the_dry_run_name_references_that_are_not_there(workspace: Workspace, missing: str) -> None:
    run(workspace, "Code,Name,Credit\nC1,One,1\n", CUSTOMERS)
    reference = {"column": "Cust", "find": "code", "missing": missing}
    plan = {"entity": "invoice", "key": ["number"], "columns": {"number": "No", "customer": reference}}
    file = "No,Cust\n1,C1\n2,C8\n3,C9\n3,C1\n"
    shown, wrong = seen(workspace, file, plan)
    named = [(3, "Cust", "import-reference-missing"), (4, "Cust", "import-reference-missing")]
    again = (5, None, "import-key-repeated")
    refused = missing == "refuse"
    assert wrong == (named if refused else [again])
    assert [values.get("customer") for _, values, _ in shown] == ["C1", "C8", "C9", "C1"]
    rehearsed = run(workspace, file, plan, dry=True)
    assert problems(workspace, rehearsed) == wrong
    assert rehearsed.report is not None
    assert rehearsed.report["unknown"] == ({"columns.customer": 2} if refused else {})
    assert rehearsed.report["made"].get("customer", 0) == (2 if missing == "create" else 0)
    assert len(records(workspace, "customer")) == 1


def test_a_reference_that_cannot_be_created_says_why(workspace: Workspace) -> None:
    reference = {"column": "Cust", "find": "name", "missing": "create"}  # a customer needs a code
    plan = {"entity": "invoice", "columns": {"number": "No", "customer": reference}}
    done = run(workspace, "No,Cust\n1,Acme\n", plan)
    [problem] = service.problems(workspace, WORKSPACE, done.id, 0, 10)
    assert problem.code == "import-reference-refused"
    assert "“Acme” is not there and cannot be created: Code" in reason(problem, "en")
    assert records(workspace, "customer") == []


@pytest.mark.parametrize("rules", [True, False])
def test_everything_that_is_wrong_with_a_row_is_said_at_once(workspace: Workspace, rules: bool) -> None:
    """Cells that cannot be read, a required field that is empty, a date that is none: one answer, nothing made."""
    plan = {
        "entity": "customer", "rules": rules,
        "columns": {"code": "Code", "credit": "Credit", "since": "Since", "grade": "Grade"},
    }  # fmt: skip
    file = "Code,Credit,Since,Grade\n,abc,2026-02-30,zzz\nC2,,,a\n"
    wrong = {
        (2, "Code", "value-missing"), (2, "Credit", "not-a-number"), (2, "Grade", "not-an-option"),
        (2, "Since", "not-a-date"),
    }  # fmt: skip
    assert set(seen(workspace, file, plan)[1]) == wrong
    assert set(problems(workspace, run(workspace, file, plan))) == wrong
    assert [r["code"] for r in records(workspace, "customer")] == ["C2"]


def test_the_preview_shows_groups_with_their_lines(workspace: Workspace) -> None:
    shown, wrong = seen(workspace, LINES, INVOICES)
    assert [(row, values["number"], len(lines)) for row, values, lines in shown] == [
        (2, "1", 3), (4, "2", 1), (5, "C3", 1), (7, "4", 2),
    ]  # fmt: skip
    assert (shown[0][1]["amount"], shown[0][1]["line_count"], shown[0][1]["customer"]) == (Decimal("8.401"), 3, "17850")
    assert [(line["sku"], line["position"]) for line in shown[0][2]] == [("a", 1), ("b", 2), ("c", 3)]
    assert wrong == [(7, "Price", "not-a-number"), (8, None, "import-with-its-group")]
    assert records(workspace, "invoice") == records(workspace, "customer") == []


def test_a_name_that_several_have_is_refused(workspace: Workspace) -> None:
    run(workspace, "Code,Name,Credit\nC1,Same,1\nC2,Same,1\n", CUSTOMERS)
    plan = {"entity": "invoice", "columns": {"number": "No", "customer": {"column": "Cust", "find": "name"}}}
    done = run(workspace, "No,Cust\n1,Same\n", plan)
    assert problems(workspace, done) == [(2, "Cust", "import-reference-ambiguous")]


def test_a_broken_off_import_goes_on_without_doubling(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from ruleloom.runtime.imports import running

    monkeypatch.setattr(running, "ROWS_WITH_RULES", 10)
    file = "Code,Name,Credit\n" + "".join(f"K{n},Name {n},{n}\n" for n in range(95))
    row = service.begin(workspace, WORKSPACE, "customer", "f.csv", io.BytesIO(file.encode()))
    service.set_plan(workspace, WORKSPACE, row.id, {**CUSTOMERS, "key": []})
    claimed = service.claim(workspace, WORKSPACE, row.id, dry=False)
    real, chunks = running.Importing._one, []

    def die_at_the_fourth(self: Any, *args: Any) -> None:
        chunks.append(1)
        if len(chunks) == 4:
            raise KeyboardInterrupt
        real(self, *args)

    monkeypatch.setattr(running.Importing, "_one", die_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        service.carry_out(workspace, WORKSPACE, claimed, dry=False)
    assert len(records(workspace, "customer")) == 30
    monkeypatch.setattr(long_runs, "QUIET", -1)
    assert [run[:2] for run in long_runs.left_alone(workspace)] == [("import", row.id)]
    long_runs.CARRY_ON["import"](workspace, row.id)
    assert not list(long_runs.left_alone(workspace))
    done = service.read(workspace, WORKSPACE, row.id)
    assert done.status == "done"
    assert [r["code"] for r in records(workspace, "customer")] == [f"K{n}" for n in range(95)]
    assert done.report is not None
    assert done.report["created"] == 95


def test_the_report_names_rows_and_reasons_in_both_languages(workspace: Workspace) -> None:
    done = run(workspace, "Code,Name,Credit\nC1,=cmd(),x\n", CUSTOMERS)
    english = "".join(service.report_csv(workspace, WORKSPACE, done.id, "en"))
    chinese = "".join(service.report_csv(workspace, WORKSPACE, done.id, "zh"))
    assert english.startswith("\ufeffrow,column,reason,Code,Name,Credit")
    assert chinese.startswith("\ufeff行号,列,原因")
    assert "2,Credit," in english
    assert "'=cmd()" in english, "a spreadsheet must not run it"


def test_only_administrators_import_past_the_rules(workspace: Workspace) -> None:
    manager = Actor(7, frozenset({"manager"}))
    row = service.begin(workspace, manager, "customer", "f.csv", io.BytesIO(b"Code,Name,Credit\nC1,One,1\n"))
    service.set_plan(workspace, manager, row.id, {**CUSTOMERS, "rules": False})
    done = service.carry_out(workspace, manager, service.claim(workspace, manager, row.id, dry=False), dry=False)
    assert done.status == "failed"
    assert records(workspace, "customer") == []
    assert done.report is not None
    assert done.report["errors"][0]["code"] == "not-allowed"


def test_the_command_line_imports_and_writes_the_report(migrated_database: str, tmp_path: Path) -> None:
    with opened(migrated_database, folder=tmp_path):
        pass
    file, report = tmp_path / "customers.csv", tmp_path / "left out.csv"
    file.write_text("客户编码,客户名称,Credit\nC1,甲,1\nC2,乙,x\n", encoding="gb18030")
    words = ["import", str(file), "--into", "customer", "--key", "code", "--report", str(report), "--language", "zh"]
    found = CliRunner().invoke(main, [*words, "--database", migrated_database])
    assert found.exit_code == 0, found.output
    assert '"created": 1' in found.output
    assert "3 [Credit]" in found.output
    assert "C2,乙,x" in report.read_text(encoding="utf-8-sig")
    refused = CliRunner().invoke(main, ["import", str(file), "--into", "nothing", "--database", migrated_database])
    assert refused.exit_code == 1
