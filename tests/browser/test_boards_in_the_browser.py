"""A board refuses a move that a gate forbids, names what is missing, and lets it be supplied right there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def _drag(page: Page, start: int, end: int) -> str:
    """Drags the first card of a stage to another; its title."""
    lanes = page.locator(".lane")
    card = lanes.nth(start).locator(".board-card").first
    title = card.locator(".board-title").inner_text()
    origin, target = card.bounding_box(), lanes.nth(end).bounding_box()
    assert origin is not None
    assert target is not None
    page.mouse.move(origin["x"] + 40, origin["y"] + 18)
    page.mouse.down()
    page.mouse.move(origin["x"] + 70, origin["y"] + 40, steps=4)
    page.mouse.move(target["x"] + 90, target["y"] + 200, steps=8)
    page.mouse.up()
    return title


def test_missing_evidence_is_named_and_supplied(visit: Visit, tmp_path: Path) -> None:
    page = visit("/boards")
    page.wait_for_selector(".board-card")
    title = _drag(page, 2, 3)
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("请上传客户签字的演示末页")
    expect(panel).to_contain_text("请上传在客户现场拍的照片")
    move = panel.locator("footer .btn.primary")
    expect(move).to_be_disabled()
    evidence = tmp_path / "page.pdf"
    evidence.write_bytes(b"%PDF-1.4 signed")
    expect(panel.locator("input[type=file]")).to_have_count(2)
    for place in panel.locator("input[type=file]").all():
        place.set_input_files(str(evidence))
    expect(panel.locator(".met")).to_have_count(2)
    move.click()
    expect(panel).to_be_hidden()
    expect(page.locator(".lane").nth(3)).to_contain_text(title)


def test_a_card_moves_by_keyboard_and_says_so(visit: Visit) -> None:
    page = visit("/boards")
    page.wait_for_selector(".board-card")
    card = page.locator(".lane").nth(0).locator(".board-card").first
    title = card.locator(".board-title").inner_text()
    card.locator(".board-grip").focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(200)
    page.keyboard.press("ArrowRight")
    expect(page.locator("[id^=DndLiveRegion]")).to_contain_text("需求诊断")
    page.wait_for_timeout(200)
    page.keyboard.press("Space")
    expect(page.locator(".lane").nth(1)).to_contain_text(title)


def test_a_skipped_stage_offers_the_next_one(visit: Visit) -> None:
    page = visit("/boards")
    page.wait_for_selector(".board-card")
    _drag(page, 0, 3)
    panel = page.get_by_role("dialog")
    expect(panel.locator("footer .btn.primary")).to_contain_text("需求诊断")
