"""What the editor asks while someone writes: hover and signature over HTTP, places in UTF-16 units."""

from __future__ import annotations

from tests.api.client import Client

ASKED = {"language": "en", "entity": "customer", "part": "condition"}


def test_hover_tells_of_fields_and_words(model: Client) -> None:
    text = 'name = "𠀀" and region = "East"'
    at = len(text[: text.index("region")].encode("utf-16-le")) // 2
    found = model.post("/language/hover", {**ASKED, "text": text, "position": at}).get_json()["hover"]
    assert (found["from"], found["to"]) == (at, at + len("region"))
    assert any("East" in line for line in found["lines"])
    word = model.post("/language/hover", {**ASKED, "text": text, "position": at - 3}).get_json()["hover"]
    assert (word["title"], word["detail"]) == ("and", "Both must be true")
    assert model.post("/language/hover", {**ASKED, "text": text, "position": 9}).get_json() == {"hover": None}


def test_the_function_around_the_cursor(model: Client) -> None:
    asked = {**ASKED, "text": "round(credit, ", "position": 14}
    assert model.post("/language/signature", asked).get_json()["signature"] == {
        "label": "round(a number, [a number])",
        "parameters": ["a number", "[a number]"],
        "active": 1,
        "detail": "Rounds, half to even: round(x, decimals)",
    }
    outside = {**asked, "text": "credit > 3", "position": 10}
    assert model.post("/language/signature", outside).get_json() == {"signature": None}
