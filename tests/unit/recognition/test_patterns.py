"""Patterns of others: named groups, what the bounded engine cannot do, and no pattern that takes for ever."""

import contextlib
import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fieldstation.core.recognition.model.patterns import BadPattern, compile_pattern

SIGNS = st.text(alphabet="(){}[]?*+|.\\^$<>=!:P,0129abZdwé\0\ud800 #", max_size=24)


@pytest.mark.parametrize(
    ("pattern", "path", "groups"),
    [
        (r"/(?P<id>AOI_.+)$", "/data/AOI_x", {"id": "AOI_x"}),
        (r"/(?P<agg>oco2_.*?)/(?P<subagg>oco2_.*_\d+)$", "/d/oco2_a/oco2_b_1", {"agg": "oco2_a", "subagg": "oco2_b_1"}),
        (r"(?i)l(?P<level>\d)(?P<rest>x)?\Z", "/L2", {"level": "2"}),
        (r"/(?P<id>a{,3})\Z", "/aaa", {"id": "aaa"}),
        (r"/(?P<id>[\]{,3}(]+)$", "/](,", {"id": "](,"}),
        (r"nothing", "/data", None),
    ],
)
def test_groups_of_the_first_match(pattern: str, path: str, groups: dict[str, str] | None) -> None:
    assert compile_pattern(pattern).search(path) == groups


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"^/(?!tmp)(?P<id>.+)$", "put an entry before this one"),
        (r"(?=x)x", "looks ahead"),
        (r"(?<=/)x", "looks behind"),
        (r"(?P<a>x)-(?P=a)", "refers back to a group"),
        (r"(x)\1", "refers back to a group"),
        (r"(?>x)", "leave the ?> out"),
        (r"(?P<a>x)?(?(a)y|z)", "write two entries"),
        (r"x{2000}", "invalid repetition size"),
        (r"[x", "missing ]"),
        ("\ud800", "surrogate"),
        ("x" * 5000, "at most"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_way_out(pattern: str, said: str) -> None:
    with pytest.raises(BadPattern, match=said.replace("?", r"\?").replace("[", r"\[").replace("]", r"\]")):
        compile_pattern(pattern)


def test_a_pattern_that_would_blow_up_elsewhere_does_not_here() -> None:
    """Twice the text takes about twice as long, where an engine that goes back would take its square or worse."""
    pattern = compile_pattern(r"^/(?P<id>(a+)+)+(b|c)?(a*)*$")

    def taken(length: int) -> float:
        begun = time.perf_counter()
        assert pattern.search("/" + "a" * length + "!") is None
        return time.perf_counter() - begun

    assert taken(200_000) < 100 * max(taken(20_000), 1e-2)


@settings(max_examples=300, deadline=None)
@given(SIGNS, st.text(st.characters(codec="utf-8"), max_size=20))
def test_no_pattern_raises_anything_but_ours(pattern: str, path: str) -> None:
    with contextlib.suppress(BadPattern):
        compile_pattern(pattern).search(path)


PIECES = st.sampled_from(
    [
        "a", "b", "/", ".", r"\d", r"\w", "(?P<x>a+)", "(?P<y>b|ab)", "(?P<z>.*?)", "(", ")", "?", "+", "+?", "{,2}",
        "{2}", "|", "[ab]", "[^/]", "$", "^", r"\Z", r"[\w-]", r"\b",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join), st.text(alphabet="ab/1-", max_size=8))
def test_groups_are_those_that_python_finds(pattern: str, path: str) -> None:
    assume(not re.search(r"\)[?+{]", pattern))  # engines differ in what a group holds that was repeated with nothing
    with contextlib.suppress(BadPattern, re.error):
        found = re.compile(pattern).search(path)
        wanted = None if found is None else {name: got for name, got in found.groupdict().items() if got is not None}
        assert compile_pattern(pattern).search(path) == wanted
