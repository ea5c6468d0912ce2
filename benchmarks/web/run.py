"""How smoothly a grid of many rows scrolls, and how soon an edit of a view shows real records.

    python benchmarks/web/run.py [--rows 100000] [--seconds 5] [--at ADDRESS --token TOKEN --process PID] > figures.json

Makes a workspace of its own on SQLite with that many customers, serves it, and drives Chromium; with `--at` it measures
a workspace that is served already. The front end has to be built. CPU is that of the page's main thread (the browser's
thread clock), frames are those the page was given; the same loop on a blank page beside it says what the machine gives
at the moment. JSON on standard output; exit code 1 when a figure is over its budget and the machine was not too busy.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
BUDGET = {"fps": 55.0, "cpu_ms_per_frame": 13.0, "preview_p95_ms": 300.0}
QUIET_FPS = 57.0
"""Below this many frames of a blank page the machine is too busy for frames of ours to be judged."""
HERE = Path(__file__).resolve().parent
CITIES = ("上海", "杭州", "南京", "苏州", "广州", "深圳", "北京", "天津", "济南", "青岛")
INDUSTRIES = ("medical", "pharmacy", "food", "chemicals", "hardware")


def write_customers(file: Path, rows: int) -> None:
    """A CSV of customers, the same in every run."""
    dice = random.Random(7)  # noqa: S311 - no secret
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(("name", "code", "region", "city", "industry", "grade", "status", "contact", "credit_limit"))
        for number in range(rows):
            writer.writerow(
                (
                    f"{dice.choice(CITIES)}{number}号商贸",
                    f"B{number:07}",
                    dice.choice(("east", "south", "north")),
                    dice.choice(CITIES),
                    dice.choice(INDUSTRIES),
                    dice.choice("ABCD"),
                    dice.choice(("prospect", "active", "dormant")),
                    f"联系人{dice.randrange(5000)}",
                    dice.randrange(1000, 900000),
                )
            )


@contextmanager
def served(rows: int) -> Iterator[tuple[str, str, int]]:
    """Address, one-time token and process of a workspace with that many customers."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/bench.db"

        def ruleloom(*words: str) -> str:
            command = [sys.executable, "-m", "ruleloom", *words, "--database", database]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)  # noqa: S603 - our own
            return done.stdout

        write_customers(Path(folder, "customers.csv"), rows)
        ruleloom("migrate")
        ruleloom("install", "b2b_sales", "--no-sample")
        ruleloom("import", "customers.csv", "--into", "customer", "--no-rules")
        said = ruleloom("create-user", "--role", "administrator", "--name", "Bench", "--email", "bench@example.com")
        token = re.search(r"token=(\S+)", said)
        if token is None:
            raise SystemExit(said)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "ruleloom", "serve", "--port", str(port), "--database", database]
        with Path(folder, "serve.log").open("w") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603 - our own
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}", token[1], server.pid
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _ in range(150):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the server did not come up")


def cpu(session: CDPSession) -> float:
    """Seconds of CPU that the page's main thread has used for its tasks."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


def scroll(page: Page, seconds: float, step: int) -> dict[str, float]:
    """Scrolls by `step` pixels in every frame, turning at the ends; frames a second, and the CPU of each."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = cpu(session)
    seen: dict[str, Any] = page.evaluate((HERE / "scroll.js").read_text(encoding="utf-8"), [seconds, step])
    spent = cpu(session) - before
    session.detach()
    return {
        "fps": round(seen["frames"] / seen["seconds"], 1),
        "cpu_ms_per_frame": round(spent * 1000 / seen["frames"], 2),
        "longest_frame_ms": round(seen["longest"], 1),
        "rows_not_there_percent": round(seen["ghosts"] * 100, 1),
        "reached_px": round(seen["reached"]),
    }


def settle(page: Page) -> None:
    """The rows that are asked for are drawn."""
    page.wait_for_selector(".grid-row")
    page.wait_for_selector(".grid-row .ghost-line", state="detached")
    page.wait_for_load_state("networkidle")


def process_cpu(process: int) -> float:
    """Seconds of CPU that a process has used so far."""
    user, system = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def edits(page: Page) -> list[float]:
    """Milliseconds from each edit of the view to the records of the edited view on the screen."""
    script = (HERE / "edit.js").read_text(encoding="utf-8")
    found = []
    page.locator(".top .btn[aria-pressed=false]").click()
    page.wait_for_selector(".palette-item")
    heads = page.locator("[role=columnheader] .head-sort")
    for index in range(heads.count()):
        head = f"[role=columnheader]:nth-child({index + 1}) .head-sort"
        found += [page.evaluate(script, head), page.evaluate(script, head)]  # ascending, then descending
        heads.nth(index).click()  # unsorted again: known already, so nothing is asked
    for key in ("contact", "credit_limit", "partner_since", "owner"):
        item = page.locator(".palette-item", has=page.locator(f'[data-item="{key}"]'))
        item.locator("button").last.click()
        page.locator(".ant-dropdown:visible [role=menuitem]").first.wait_for()
        found.append(page.evaluate(script, ".ant-dropdown:not(.ant-dropdown-hidden) [role=menuitem]"))
    return found


def measure(address: str, token: str, seconds: float, process: int | None) -> dict[str, Any]:
    """All figures of one workspace; with the server's process also what an edit costs there."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
        context.add_init_script("localStorage.setItem('ruleloom.language', 'en')")
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/sign-in?token={token}")
        page.wait_for_selector(".rail")
        started = time.perf_counter()
        page.goto(f"{address}/views/customer")
        settle(page)
        first = time.perf_counter() - started
        blank = context.new_page()
        blank.set_content(
            "<div class='grid' style='height:800px;overflow:auto'><div style='height:3800000px'></div></div>"
        )
        control = scroll(blank, seconds, 60)
        blank.close()
        figures = {
            "rows": int(page.locator(".grid").get_attribute("aria-rowcount") or 0) - 1,
            "first_rows_s": round(first, 2),
            "blank_page": control,
            "by_hand": scroll(page, seconds, 60),
            "in_a_hurry": scroll(page, seconds, 1500),
        }
        page.evaluate("document.querySelector('.grid').scrollTop = 0")
        settle(page)
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        before, server_before = cpu(session), process_cpu(process) if process else 0.0
        taken = sorted(edits(page))
        spent, server_spent = cpu(session) - before, process_cpu(process) - server_before if process else None
        browser.close()
    figures["edit_to_preview_ms"] = {
        "edits": len(taken),
        "median": round(statistics.median(taken), 1),
        "p95": round(taken[max(0, -(-len(taken) * 95 // 100) - 1)], 1),
        "longest": round(taken[-1], 1),
        "page_cpu_each": round(spent * 1000 / len(taken), 1),
        "server_cpu_each": None if server_spent is None else round(server_spent * 1000 / len(taken), 1),
    }
    return figures


def over_budget(figures: dict[str, Any]) -> list[str]:
    """What is worse than it may be; frames are not judged where a blank page gets too few of them as well."""
    wrong = []
    hand = figures["by_hand"]
    if hand["fps"] < BUDGET["fps"] and figures["blank_page"]["fps"] >= QUIET_FPS:
        wrong.append(f"{hand['fps']} frames a second")
    if hand["cpu_ms_per_frame"] > BUDGET["cpu_ms_per_frame"]:
        wrong.append(f"{hand['cpu_ms_per_frame']} ms of CPU a frame")
    if figures["edit_to_preview_ms"]["p95"] > BUDGET["preview_p95_ms"]:
        wrong.append(f"{figures['edit_to_preview_ms']['p95']} ms from edit to preview (p95)")
    return wrong


def main() -> int:
    """Measures and prints; 1 when over budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each scrolling")
    parser.add_argument("--at", help="address of a workspace that is served already")
    parser.add_argument("--token", default="", help="its one-time sign-in")
    parser.add_argument("--process", type=int, help="its process on this machine, for what an edit costs there")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    if given.at:
        figures = measure(given.at, given.token, given.seconds, given.process)
    else:
        with served(given.rows) as (address, token, process):
            figures = measure(address, token, given.seconds, process)
    wrong = over_budget(figures)
    machine = {"cpus": os.cpu_count(), "load_before": round(load, 1), "python": platform.python_version()}
    json.dump({**figures, "budget": BUDGET, "over_budget": wrong, "machine": machine}, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
