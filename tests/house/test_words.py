"""The platform knows no domain: words of an app stand in templates, tests and docs only."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import files, shown

LATIN = (
    *("coupons?", "deals?", "visits?", "vouchers?", "opportunit(?:y|ies)", "distributors?", "trainings?"),
    *(r"sales[\s_-]?reps?", r"area[\s_-]managers?", r"regional[\s_-]managers?", r"account[\s_-]executives?"),
)
CHINESE = (
    *("优惠券", "代金券", "拜访", "商机", "经销商", "培训", "业务员", "销售代表", "区域经理", "大区经理"),
    *("初步接触", "需求诊断", "方案演示", "报价谈判", "合同签署"),
)
APP_WORDS = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(LATIN)})(?![A-Za-z])|{'|'.join(CHINESE)}", re.IGNORECASE)


def spoken(file: Path) -> Iterator[tuple[int, str]]:
    """Lines of a file, for Python its strings, comments and names.

    The name `visit` alone is left out: it is what Lark and `ast` call the step of a walk over a tree.
    """
    if file.suffix != ".py":
        yield from enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        return
    with io.StringIO(file.read_text(encoding="utf-8")) as text:
        for token in tokenize.generate_tokens(text.readline):
            if token.type != tokenize.NAME or not re.search(r"(^|_)visit($|_)", token.string):
                yield token.start[0], token.string


def found(file: Path) -> list[str]:
    return [f"{shown(file)}:{line} {word}" for line, text in spoken(file) for word in APP_WORDS.findall(text)]


def test_the_platform_speaks_of_no_app() -> None:
    code = [file for file in files("platform") if file.suffix not in {".md", ""}]
    said = [place for file in code for place in found(file)]
    assert not said, "words of an app belong in templates/, tests/ and docs/"


@pytest.mark.parametrize("text", ["create coupon", "deal_stage", "Visit", "进入合同签署"])
def test_words_are_seen(text: str) -> None:
    assert APP_WORDS.search(text)


@pytest.mark.parametrize("text", ["ideal", "dealt", "revisited", "visitor", "leads"])
def test_other_words_pass(text: str) -> None:
    assert not APP_WORDS.search(text)
