"""Versions sort as Semantic Versioning orders them."""

from functools import cmp_to_key

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.tools.model.semver import Version, read_version

ORDERED = """
    0.0.0-0 0.0.0 0.0.1 0.9.0 0.10.0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11
    1.0.0-beta-x 1.0.0-rc.1 1.0.0 1.0.1 2.0.0 10.0.0 999999999.0.0
""".split()  # noqa: SIM905 - read as one scale


def key(text: str) -> str:
    version = read_version(text)
    assert version is not None
    return version.sort_key


def test_the_standards_own_order() -> None:
    assert sorted(ORDERED, key=key) == ORDERED
    assert len({key(text) for text in ORDERED}) == len(ORDERED)


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-a..b", "1.0.0-01", "1.0.0+build", "1.0.0 ",
        "1.0.x", "1.0.0-ä", "٣.0.0", "1000000000.0.0", "1.0.0-" + "a" * 200, "1.0.0\n",
    ],
)  # fmt: skip
def test_what_is_no_version(text: str) -> None:
    assert read_version(text) is None


_NUMBERS = st.integers(0, 12) | st.integers(0, 999_999_999)
_IDENTIFIERS = _NUMBERS.map(str) | st.text("aZ0-", min_size=1, max_size=3).filter(lambda text: not text.isdigit())
_VERSIONS = st.builds(
    Version, numbers=st.tuples(_NUMBERS, _NUMBERS, _NUMBERS), prerelease=st.lists(_IDENTIFIERS, max_size=3).map(tuple)
)


@given(st.lists(_VERSIONS))
def test_keys_compare_as_the_standard_says(versions: list[Version]) -> None:
    by_key = sorted(versions, key=lambda version: version.sort_key.encode())
    assert by_key == sorted(versions, key=cmp_to_key(_precedence))


def _precedence(one: Version, other: Version) -> int:
    """Compare as chapter 11 of the standard words it."""
    if one.numbers != other.numbers:
        return -1 if one.numbers < other.numbers else 1
    if not one.prerelease or not other.prerelease:
        return bool(other.prerelease) - bool(one.prerelease)
    for mine, theirs in zip(one.prerelease, other.prerelease, strict=False):
        if mine != theirs:
            if mine.isdigit() and theirs.isdigit():
                return -1 if int(mine) < int(theirs) else 1
            if mine.isdigit() != theirs.isdigit():
                return -1 if mine.isdigit() else 1
            return -1 if mine < theirs else 1
    return len(one.prerelease) - len(other.prerelease)
