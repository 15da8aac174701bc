"""Patterns of output files against a matcher that tries every way."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fieldstation.core.runs.model.globs import matches

characters = st.sampled_from("ab./-*?[]!\n\\^$")
paths = st.lists(st.text("ab.-*[\n\\^é", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join)
pieces = st.sampled_from(["**/", "**", "*", "?", "[ab]", "[!a]", "[a-c]", "a", "b", ".", "/", "[", "]", "^", "$", "é"])
globs = st.lists(pieces, max_size=6).map("".join)


def simple(glob: str, path: str) -> bool:
    """Match by trying every way, one character after the other."""
    if not glob:
        return not path
    if glob.startswith("**/"):
        rest = glob[3:]
        ends = [place + 1 for place, one in enumerate(path) if one == "/" and _whole(path[: place + 1])]
        return any(simple(rest, path[end:]) for end in [0, *ends])
    if glob.startswith("**"):
        return any(simple(glob[2:], path[end:]) for end in range(len(path) + 1))
    if glob[0] == "*":
        longest = path.find("/") if "/" in path else len(path)
        return any(simple(glob[1:], path[end:]) for end in range(longest + 1))
    if glob[0] == "[" and (close := glob.find("]", 2)) > 0:
        return bool(path) and _one_of(glob[1:close], path[0]) and simple(glob[close + 1 :], path[1:])
    if not path or (glob[0] == "?" and path[0] == "/") or (glob[0] not in ("?", path[0])):
        return False
    return simple(glob[1:], path[1:])


def _whole(folders: str) -> bool:
    """Tell whether these are folders with names, each closed by a slash."""
    return all(folders.removesuffix("/").split("/"))


def _one_of(inside: str, character: str) -> bool:
    negated, body = inside.startswith("!"), inside.removeprefix("!")
    wanted = set()
    while body:
        if len(body) > 2 and body[1] == "-":
            wanted |= {chr(code) for code in range(ord(body[0]), ord(body[2]) + 1)}
            body = body[3:]
        else:
            wanted.add(body[0])
            body = body[1:]
    return (character not in wanted and character != "/") if negated else character in wanted


@given(globs, paths)
@example("**/a", "a")
@example("**/a", "/a")
@example("a**b", "a/x/b")
def test_it_matches_what_trying_every_way_matches(glob: str, path: str) -> None:
    assert matches(glob, path) == simple(glob, path)


@pytest.mark.parametrize(
    ("glob", "path", "wanted"),
    [
        ("**", "a/b/c", True),
        ("**", ".hidden", True),
        ("*.csv", "a.csv", True),
        ("*.csv", "a/b.csv", False),
        ("*.csv", "a.csv\n", False),
        ("**/*.csv", "b.csv", True),
        ("**/*.csv", "a/b.csv", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**", "a/x/y", True),
        ("a/**", "ab", False),
        ("?.txt", "é.txt", True),
        ("[0-9].txt", "5.txt", True),
        ("[!0-9].txt", "5.txt", False),
        ("[!a]", "/", False),
        ("[]]", "]", True),
        ("[", "[", True),
        ("[z-a]", "m", False),
        ("[!z-a]", "m", True),
        ("[z-ac]", "c", True),
        ("a.b", "axb", False),
        ("a+", "aa", False),
        ("(a)", "(a)", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_patterns_as_people_mean_them(glob: str, path: str, wanted: bool) -> None:
    assert matches(glob, path) is wanted


@given(st.text(characters, max_size=12), paths)
@example("[?-/]", "a")
def test_no_pattern_makes_it_fail(glob: str, path: str) -> None:
    matches(glob, path)


def test_no_pattern_blows_up() -> None:
    assert not matches("*a" * 50 + "b", "a" * 1000)
    assert not matches("**/a" * 50 + "b", "a/" * 1000)


def test_names_that_are_not_utf_8_can_be_asked_for() -> None:
    assert matches("*.csv", "\udcff.csv")
    assert matches("**", "a/\udcff")
    assert not matches("*.csv", "\udcff.txt")
