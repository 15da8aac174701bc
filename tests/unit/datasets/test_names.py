"""Which names can stand side by side in one version."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.datasets.model import check_paths, folded, name_fault, path_fault
from fieldstation.kernel.errors import Invalid


@pytest.mark.parametrize("path", ["a", "2021/may.csv", ".hidden", "a b", "ä/ö.txt", "x" * 255, "..a", "a..", "日本/語"])
def test_paths_that_are_kept(path: str) -> None:
    assert path_fault(path) is None


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("", "is empty"),
        ("/etc/passwd", "begins or ends"),
        ("a//b", "'//'"),
        ("a/", "begins or ends"),
        ("..", "'..'"),
        ("a/../b", "'..'"),
        ("./a", "'.'"),
        ("a\0b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\x7fb", "U+007F"),
        ("a\u2028b", "U+2028"),
        ("a\\..\\b", "backslash"),
        ("x" * 300, "300 characters (300 bytes)"),
        ("ä" * 200, "200 characters (400 bytes)"),
        ("/".join(["d" * 200] * 6), "1205 bytes"),
        ("\udcff", "UTF-8"),
    ],
)
def test_paths_that_are_refused(path: str, fault: str) -> None:
    assert fault in (path_fault(path) or "")


@pytest.mark.parametrize(
    ("paths", "fault"),
    [
        (["a", "a"], "given twice"),
        (["a.txt", "A.TXT"], "differ only in case"),
        (["é", "e\u0301"], "differ only in case or Unicode form"),
        (["STRASSE", "straße"], "differ only in case"),
        (["\u212b", "å"], "differ only in case"),
        (["x/a", "X/A"], "differ only in case"),
        (["a", "a/b"], "is a file and cannot also be a folder"),
        (["A", "a/b/c"], "is a file and cannot also be a folder"),
    ],
)
def test_twins(paths: Sequence[str], fault: str) -> None:
    for order in (paths, paths[::-1]):
        with pytest.raises(Invalid) as caught:
            check_paths(list(order))
        assert fault in caught.value.problems[0].text


def test_neighbours_are_no_twins() -> None:
    check_paths(["a", "ab", "a.b", "b/a", "b/ab", "b.c/a", "bb", "c"])


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        check_paths(["ok", "../x", "a", "A", "n\0"])
    assert len(caught.value.problems) == 3
    with pytest.raises(Invalid) as many:
        check_paths([f"../{number}" for number in range(250)])
    assert len(many.value.problems) == 101
    assert many.value.problems[-1].text == "and 150 more faults of the same kinds"


@given(st.text(min_size=1, max_size=30))
def test_folding_is_stable_and_blind_to_form(text: str) -> None:
    key = folded(text)
    assert folded(key) == key
    assert folded(unicodedata.normalize("NFD", text)) == key
    assert folded(unicodedata.normalize("NFC", text)) == key


@given(st.text(max_size=300))
def test_what_is_kept_stays_inside(path: str) -> None:
    if path_fault(path) is None:
        assert not path.startswith("/")
        assert not {"", ".", ".."} & set(path.split("/"))
        assert path.encode().decode() == path


@pytest.mark.parametrize("name", ["a", "rain-2021.v2_x", "0"])
def test_names_of_data_sets(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    "name", ["", "A", "-a", ".a", "a b", "ä", "a@1", "a:b", "x" * 101, "dataset-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"]
)
def test_names_that_no_data_set_has(name: str) -> None:
    assert name_fault(name)
