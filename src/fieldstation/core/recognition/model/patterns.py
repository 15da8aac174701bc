"""Regular expressions that others wrote, in an engine with a bound (RE2): no pattern takes more than linear time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import re2

MAX_CHARACTERS = 4_000
_MEMORY_BYTES = 8 << 20
_STEP = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{,\d|.", re.DOTALL)
_BEYOND = {
    "(?=": "looks ahead",
    "(?!": "looks ahead for what must not follow",
    "(?<=": "looks behind",
    "(?<!": "looks behind for what must not precede",
    "(?P=": "refers back to a group",
    "(?>": "has an atomic group",
    "(?(": "asks whether a group matched",
    "(?#": "holds a comment",
    "(?x": "is written with spaces that do not count",
}
_WAYS_OUT = {
    "looks ahead": "match what follows as plain text or in a group of its own",
    "looks ahead for what must not follow": "put an entry before this one that takes what is not meant here",
    "looks behind": "match what precedes as plain text or in a group of its own",
    "looks behind for what must not precede": "put an entry before this one that takes what is not meant here",
    "refers back to a group": "match the second place with a group of its own, and compare in a rule",
    "has an atomic group": "leave the ?> out: this engine never goes back, so it is not needed",
    "asks whether a group matched": "write two entries, one for each case",
    "holds a comment": "leave it out",
    "is written with spaces that do not count": "leave the x and the spaces out",
}


class BadPattern(ValueError):
    """A pattern that cannot be used; its text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A regular expression that is searched for; `text` as it was written."""

    text: str
    compiled: Any

    def search(self, text: str) -> Mapping[str, str] | None:
        """Return the named groups of the first match, without those that took no part; None where there is none."""
        match = self.compiled.search(text)
        return None if match is None else {name: got for name, got in match.groupdict().items() if got is not None}


def compile_pattern(text: str) -> Pattern:
    r"""Return the pattern. Raises BadPattern, which also says what to write instead where that is known.

    What Python writes otherwise than RE2 and means the same is turned into the other's words: `\Z` and `{,3}`.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadPattern(f"has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    steps = _STEP.findall(text)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    try:
        return Pattern(text=text, compiled=re2.compile("".join(map(_translated, steps)), options))
    except UnicodeEncodeError:
        raise BadPattern("holds half of a surrogate pair") from None
    except re2.error as error:
        raise BadPattern(_reason(steps, error)) from None


def _translated(step: str) -> str:
    if step == r"\Z":
        return r"\z"
    return f"{{0,{step[2:]}" if step.startswith("{,") else step


def _reason(steps: list[str], error: re2.error) -> str:
    """Say what the engine does not do, and the way out; else in its own words what is wrong."""
    for place, step in enumerate(steps):
        opening = "".join(steps[place : place + 4]) if step == "(" else ""
        for sign, doing in _BEYOND.items():
            if opening.startswith(sign):
                return f"{doing} ({sign}…), which takes more than linear time or is not known: {_WAYS_OUT[doing]}"
        if re.fullmatch(r"\\[1-9]", step):
            return f"refers back to a group ({step}): {_WAYS_OUT['refers back to a group']}"
    words = error.args[0] if error.args else error
    return f"is no regular expression: {words.decode(errors='replace') if isinstance(words, bytes) else words}"
