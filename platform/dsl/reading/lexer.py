"""Text → tokens. Where a stretch can be read in several ways the result is a lattice; usually it is a plain line.

Full-width marks and digits are read as their ordinary forms outside strings; places stay those of the text as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from ruleloom.dsl.checking.names import Words, normal
from ruleloom.dsl.keywords import Keyword, phrases
from ruleloom.dsl.reading.division import divide
from ruleloom.dsl.reading.habits import MARK_HABITS, foreign_phrases, foreign_word, number_word
from ruleloom.dsl.reading.syntax import Token
from ruleloom.messages import Diagnostic, Fix, Language, Place

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW |= {0x3000: 0x20, ord("。"): ord("."), ord("、"): ord(","), 0xFEFF: 0x20}
_ITEM = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>\#[^\n]*)
      | (?P<string>["“”「『《]|(?<!\w)['‘])
      | (?P<tick>`)
      | (?P<time>\d{1,2}:\d{2}(?!\d))
      | (?P<run>(?=\w)(?:(?!(?<!\d)\d{1,2}:\d{2})
                       (?:\w|[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0e31-\u0e3a\u0e47-\u0e4e\u3099\u309a])
                       |(?<=\d)\.(?=\d)|(?<=\d)%)+)
      | (?P<mark>===|!==|==|!=|<=|>=|=>|=<|<>|:=|&&|\|\||[=<>≥≤≠≧≦!&|(){}\[\]【】〔〕〖〗,.;+\-*/×÷−–])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_STRINGS = {
    '"': re.compile(r'"((?:[^"\\\n]|\\.)*)"'),
    "“": re.compile(r"[“”]((?:[^“”\\\n]|\\.)*)[“”]"),
    "”": re.compile(r"[“”]((?:[^“”\\\n]|\\.)*)[“”]"),
    "「": re.compile(r"「((?:[^」\\\n]|\\.)*)」"),
    "『": re.compile(r"『((?:[^』\\\n]|\\.)*)』"),
    "《": re.compile(r"《((?:[^》\\\n]|\\.)*)》"),
    "'": re.compile(r"'((?:[^'\\\n]|\\.)*)'"),
    "‘": re.compile(r"[‘’]((?:[^‘’\\\n]|\\.)*)[‘’]"),
}
_FOREIGN_QUOTES = frozenset("'‘『《")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:\s*%)?")
_VALUE_END = re.compile(r"[^,)]*?(?=\s+(?:and|or|then|for|in|且|或|则)(?!\w)|[,)]|$)")
"""Where a value without its closing quote most likely ends."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}
_MARKS: Mapping[str, tuple[str, str]] = {
    "=": ("EQ", "="), "!=": ("NE", "!="), "≠": ("NE", "!="), "<": ("ORDER", "<"), "<=": ("ORDER", "<="),
    "≤": ("ORDER", "<="), "≦": ("ORDER", "<="), ">": ("ORDER", ">"), ">=": ("ORDER", ">="), "≥": ("ORDER", ">="),
    "≧": ("ORDER", ">="), "(": ("LPAR", "("), ")": ("RPAR", ")"), ",": ("COMMA", ","), ".": ("DOT", "."),
    ";": ("SEMICOLON", ";"), "+": ("PLUS", "+"), "-": ("MINUS", "-"), "−": ("MINUS", "-"), "–": ("MINUS", "-"),
    "*": ("STAR", "*"), "×": ("STAR", "*"), "/": ("SLASH", "/"), "÷": ("SLASH", "/"),
}  # fmt: skip
_CALLED = frozenset({"FUNCTION", "AGG", "MINMAX"})
_MOST_MENDED = 500
"""Runs of a text in which slips of a letter are looked for."""
_LONGEST_RUN = 50_000
"""Letters without a space or a mark between them that are divided into words."""
_MOST_COMPLAINTS = 1_000
"""Of one text; whoever has so many does not read more."""
MOST_OPEN = 100
"""Parentheses that may be open at once."""


@lru_cache(2)
def narrowed(text: str) -> str:
    """The text with full-width marks and digits as their ordinary forms, code point by code point.

    Kept for the text at hand: each expression inside a text of a rule is a stretch of the same whole.
    """
    return text.translate(_NARROW)


@dataclass(slots=True)
class Lattice:
    """Tokens by the place where they start, and where reading goes on after each."""

    text: str
    edges: dict[int, list[Token]] = field(default_factory=dict)
    comments: list[Token] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    skips: dict[int, int] = field(default_factory=dict)
    """End of an item → end of the space or comment after it."""
    any_habit: bool = False
    """Whether anything is written in a way of another language."""

    def add(self, token: Token) -> None:
        """One more way to read what begins where the token does."""
        self.edges.setdefault(token.start, []).append(token)
        self.any_habit |= token.habit is not None

    def after(self, end: int) -> int:
        """Where the next token starts."""
        while (further := self.skips.get(end)) is not None:
            end = further
        return end

    def habits(self, begin: int, stop: int) -> list[Diagnostic]:
        """What is written in a way of another language, where there is no other way to read it."""
        if not self.any_habit:
            return []
        waiting, seen, found = [self.after(begin)], set[int](), list[Diagnostic]()
        while waiting and len(found) < _MOST_COMPLAINTS:
            at = waiting.pop()
            if at in seen or at >= stop:
                continue
            seen.add(at)
            tokens = self.edges.get(at, [])
            waiting += [self.after(token.end) for token in tokens]
            found += [token.habit for token in tokens if token.habit is not None and len(tokens) == 1]
        return found

    def line(self, begin: int, stop: int) -> list[Token] | None:
        """The tokens of a stretch one after the other; None where it can be read in several ways."""
        found = []
        at = self.after(begin)
        while at < stop and (tokens := self.edges.get(at)) is not None:
            if len(tokens) > 1:
                return None
            found.append(tokens[0])
            at = self.after(tokens[0].end)
        return found


@cache
def _patterns(language: Language) -> Mapping[str, tuple[tuple[re.Pattern[str], tuple[Keyword, ...]], ...]]:
    """First word in lower case → patterns of the phrases that begin with it, longest first."""
    return {
        first: tuple(
            (re.compile(r"\s+".join(map(re.escape, phrase)) + r"(?!\w)", re.IGNORECASE), found)
            for phrase, found in rows
        )
        for first, rows in phrases(language).items()
    }


@cache
def _spaced(phrase: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, phrase.split())) + r"(?!\w)", re.IGNORECASE)


class _Scanner:
    """One walk over a text."""

    def __init__(self, text: str, words: Words, language: Language) -> None:
        self.text, self.words, self.language = text, words, language
        self.plain = narrowed(text)
        self.lattice = Lattice(text)
        self.open = self.runs = 0
        self.stop = len(text)

    def scan(self, begin: int, stop: int) -> Lattice:
        """All items of a stretch of the text."""
        at, self.stop = begin, stop
        readers: dict[str | None, Callable[[int, int], int]] = {
            kind: getattr(self, f"_{kind}") for kind in _ITEM.groupindex
        }
        while at < stop:
            match = _ITEM.match(self.plain, at, stop)
            assert match is not None  # noqa: S101 (`other` matches anything)
            at = max(at + 1, readers[match.lastgroup](at, match.end()))
        return self.lattice

    def _wrong(self, code: str, start: int, end: int, replacement: str | None = None, **params: str) -> Diagnostic:
        fix = None if replacement is None else Fix("fix-write", replacement, {"text": replacement})
        return Diagnostic(code, Place(start, end), {"text": self.text[start:end], **params}, fix=fix)

    def _complain(self, code: str, start: int, end: int, replacement: str | None = None, **params: str) -> None:
        if len(self.lattice.diagnostics) >= _MOST_COMPLAINTS and code != "too-deep":
            return
        self.lattice.diagnostics.append(self._wrong(code, start, end, replacement, **params))

    def _space(self, start: int, end: int) -> int:
        self.lattice.skips[start] = end
        return end

    def _comment(self, start: int, end: int) -> int:
        self.lattice.comments.append(Token("COMMENT", self.text[start + 1 : end].strip(), start, end))
        self.lattice.skips[start] = end
        return end

    def _string(self, start: int, end: int) -> int:  # noqa: ARG002 (every item has an end)
        quote = self.plain[start]
        match = _STRINGS[quote].match(self.plain, start, self.stop)
        if match is None:
            return self._unclosed(start, quote)
        inner = self.text[match.start(1) : match.end(1)]
        habit = None
        if quote in _FOREIGN_QUOTES:
            habit = self._wrong("single-quotes", start, match.end(), '"' + inner.replace('"', '\\"') + '"')
        if "\0" in inner:
            self._complain("nul-in-text", start, match.end())
        value = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), inner) if "\\" in inner else inner
        self.lattice.add(Token("STRING", normal(value), start, match.end(), habit))
        return match.end()

    def _unclosed(self, start: int, quote: str) -> int:
        line_end = self.plain.find("\n", start, self.stop)
        end = self.stop if line_end < 0 else line_end
        value = _VALUE_END.match(self.plain, start + 1, end) if self._before(start) in tuple("=(,<>") else None
        end = value.end() if value else end
        while end > start + 1 and self.plain[end - 1].isspace():
            end -= 1
        if quote in _FOREIGN_QUOTES:
            self._complain("unknown-character", start, start + 1)
            self.lattice.skips[start] = start + 1
            return start + 1
        closing = {"“": "”", "「": "」"}.get(quote, '"')
        self._complain("unclosed-text", start, end, self.text[start:end] + closing)
        self.lattice.add(Token("STRING", self.text[start + 1 : end], start, end))
        return end

    def _tick(self, start: int, end: int) -> int:
        close = self.plain.find("`", end)
        line_end = self.plain.find("\n", end)
        if close < 0 or 0 <= line_end < close:
            stop = re.compile(r"\w*").match(self.plain, end)
            close = stop.end() if stop else end
            self._complain("unclosed-name", start, close, self.text[start:close] + "`")
            self.lattice.add(Token("NAME", normal(self.text[end:close]), start, max(close, start + 1)))
            return max(close, start + 1)
        self.lattice.add(Token("NAME", normal(self.text[end:close]), start, close + 1))
        return close + 1

    def _time(self, start: int, end: int) -> int:
        self.lattice.add(Token("TIME", self.plain[start:end], start, end))
        return end

    def _mark(self, start: int, end: int) -> int:
        mark = self.plain[start:end]
        habit = MARK_HABITS.get(mark)
        if habit is not None:
            token, value, right = habit
            replacement = right[self.language]
            found = self._wrong("foreign-mark", start, end, replacement, right=replacement)
            self.lattice.add(Token(token, value, start, end, found))
            return end
        token, value = _MARKS.get(mark, ("OTHER", mark))
        if token == "OTHER":  # noqa: S105
            return self._other(start, end)
        self.open += (token == "LPAR") - (token == "RPAR")  # noqa: S105
        if self.open > MOST_OPEN:
            self._complain("too-deep", start, end)
            self.lattice.edges.clear()
            return len(self.plain)
        self.lattice.add(Token(token, value, start, end))
        return end

    def _other(self, start: int, end: int) -> int:
        self._complain("unknown-character", start, end, "")
        self.lattice.skips[start] = end
        return end

    def _run(self, start: int, end: int) -> int:
        if self.language == "zh":
            if end - start > _LONGEST_RUN:
                self._complain("too-many-ways", start, end)
                self.lattice.skips[start] = end
                return end
            self.runs += 1
            found = divide(self.text, self.plain, start, end, self.words, mend=self.runs < _MOST_MENDED)
            fitting = {token.start for token in found if token.type not in _CALLED or self._called(token.end)}
            for token in found:
                if token.type not in _CALLED or self._called(token.end) or token.start not in fitting:
                    self.lattice.add(token)
            return end
        return self._word(start, end)

    def _called(self, end: int) -> bool:
        return self.plain[end : end + 64].lstrip()[:1] == "("

    def _before(self, start: int) -> str:
        """The last mark before a place, if it is near; what a comment ends with is none."""
        begin = max(0, start - 64)
        if self.lattice.comments:
            begin = max(begin, min(self.lattice.comments[-1].end, start))
        return self.plain[begin:start].rstrip()[-1:]

    def _word(self, start: int, end: int) -> int:
        word = normal(self.text[start:end])
        if self.plain[start].isdigit() and word not in self.words.all:
            number = _NUMBER.match(self.plain, start)
            if number is not None:
                self.lattice.add(Token("NUMBER", number[0], start, number.end()))
                return number.end()
        end = start + len(word.split(".")[0].split("%")[0]) if ("." in word or "%" in word) else end
        self._add_word(word, start, end)
        return end

    def _add_word(self, word: str, start: int, end: int) -> None:
        if word in self.words.all and word.lower() not in _patterns(self.language):
            self.lattice.add(Token("NAME", word, start, end))
            return
        keywords, stop = self._phrase(word, start)
        exactly_reserved = any(keyword.reserved for keyword in keywords) and word.islower()
        after_dot = self._before(start) == "."
        if (word in self.words.all or after_dot or self._argument(start, end)) and not (
            exactly_reserved and stop == end
        ):
            self.lattice.add(Token("NAME", word, start, end, whole=0))
            if after_dot:
                return
        named = start in self.lattice.edges
        if not named and self._brought_along(word, start, stop):
            return
        for keyword in keywords:
            if keyword.token not in _CALLED or self._called(stop) or (len(keywords) == 1 and not named):
                self.lattice.add(Token(keyword.token, keyword.value or word, start, stop))
        if start not in self.lattice.edges:
            self._strange(word, start, end)

    def _phrase(self, word: str, start: int) -> tuple[tuple[Keyword, ...], int]:
        for pattern, keywords in _patterns(self.language).get(word.lower(), ()):
            match = pattern.match(self.plain, start)
            after_number = keywords[0].token == "ELAPSED" and self._before(start).isdigit()  # noqa: S105
            if match is not None and not after_number:
                return keywords, match.end()
        return (), start

    def _brought_along(self, word: str, start: int, stop: int) -> bool:
        """A phrase of several words that is none of ours and longer than ours: `is null`, `one of`."""
        for phrase in foreign_phrases(self.language).get(word.lower(), ()):
            match = _spaced(phrase).match(self.plain, start)
            found = foreign_word(phrase, self.language)
            if match is not None and match.end() > stop and found is not None:
                token, value, right = found
                habit = self._wrong("foreign-word", start, match.end(), right, right=right)
                self.lattice.add(Token(token, value, start, match.end(), habit))
                return True
        return False

    def _argument(self, start: int, end: int) -> bool:
        """Whether a word stands where only a name can: before `=` and after `(` or a comma."""
        following = self.plain[end : end + 8].lstrip()
        if not following.startswith("=") or following.startswith(("==", "=>")):
            return False
        return self._before(start) in ("(", ",")

    def _strange(self, word: str, start: int, end: int) -> None:
        """A word that is neither a keyword nor a name of this workspace."""
        number = number_word(word, self.language)
        if number is not None:
            self.lattice.add(Token("NUMBER", number, start, end, self._wrong("number-word", start, end, number)))
            return
        foreign = foreign_word(word, self.language)
        if foreign is not None:
            token, value, right = foreign
            habit = self._wrong("foreign-word", start, end, right, right=right)
            self.lattice.add(Token(token, value, start, end, habit))
            return
        self.lattice.add(Token("NAME", word, start, end))


def scan(text: str, words: Words, language: Language, begin: int = 0, stop: int | None = None) -> Lattice:
    """The tokens of a text or a stretch of it; what cannot be a token is reported and left out."""
    return _Scanner(text, words, language).scan(begin, len(text) if stop is None else stop)
