"""The words of CQL2 text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Never

from fieldstation.core.catalogue.model.cql2.nodes import Counted, fault

MOST_LETTERS = 500_000
RESERVED = frozenset({"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV", "TRUE", "FALSE", "Z"})

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<text>'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")+")
  | (?P<name>(?:[^\W\d]|:)[\w.:]*)
  | (?P<sign><>|<=|>=|[=<>+\-*/%^(),])
    """,
    re.VERBOSE | re.DOTALL,
)


class Kind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    QUOTED = "quoted"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A word with the place of its first letter, from 0."""

    kind: Kind
    text: str
    at: int

    def word(self) -> str:
        """Return it as a keyword or sign is compared: in capitals; a text or quoted name is none."""
        return self.text.upper() if self.kind in (Kind.NAME, Kind.SIGN) else ""


def tokens_of(text: str) -> Iterator[Token]:
    """Cut a text into tokens, the last one END; Invalid where there is none."""
    if len(text) > MOST_LETTERS:
        raise fault(f"the filter is longer than {MOST_LETTERS:,} letters")
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise fault(f"{place(text, at)}: {_unknown(text[at])}")
        kind = found.lastgroup or "space"
        if kind != "space":
            yield Token(Kind(kind), _content(kind, found.group()), at)
        at = found.end()
    yield Token(Kind.END, "", len(text))


def place(text: str, at: int) -> str:
    """Name a place in a text as people count: from 1."""
    line = text.count("\n", 0, at) + 1
    return f"line {line}, column {at - text.rfind(chr(10), 0, at)}"


def _content(kind: str, text: str) -> str:
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "quoted":
        return text[1:-1].replace('""', '"')
    return text


def _unknown(letter: str) -> str:
    if letter == "'":
        return "a text that does not end: a quote within is written twice"
    if letter == '"':
        return "a quoted name that does not end, or is empty"
    return f"{letter!r} has no meaning here"


class Stream:
    """The tokens of one text, with the next one in sight, and how much of it was read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self.token = next(self._tokens)
        self.counted = Counted()

    def next(self) -> Token:
        """Take the next token."""
        taken, self.token = self.token, next(self._tokens)
        return taken

    def at_end(self) -> bool:
        """Tell whether nothing more comes."""
        return self.token.kind is Kind.END

    def sees(self, *words: str) -> bool:
        """Tell whether the next token is one of these keywords or signs."""
        return self.token.word() in words

    def take(self, word: str) -> bool:
        """Take the next token if it is this keyword or sign."""
        if not self.sees(word):
            return False
        self.next()
        return True

    def expect(self, word: str) -> None:
        """Take this keyword or sign; Invalid when another comes."""
        if not self.take(word):
            self.unexpected(word)

    def number(self) -> float:
        """Take a number with its sign."""
        negative = self.take("-")
        if not negative:
            self.take("+")
        if self.token.kind is not Kind.NUMBER:
            self.unexpected("a number")
        self.counted.values(1)
        return float(self.next().text) * (-1 if negative else 1)

    def where(self, token: Token | None = None) -> str:
        """Name the place of a token, the next one if none is given."""
        return place(self._text, (token or self.token).at)

    def unexpected(self, wanted: str) -> Never:
        """Raise Invalid: something else was expected here."""
        shown = f"{self.token.text[:40]!r}" if self.token.kind is not Kind.END else "the end"
        raise fault(f"{self.where()}: expected {wanted}, found {shown}")


def plain_name(text: str) -> bool:
    """Tell whether a name is one without quotes: a single token that is no keyword."""
    found = _TOKEN.fullmatch(text)
    return found is not None and found.lastgroup == "name" and text.upper() not in RESERVED
