"""Which names fit which types, and what data sets made from files are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.datasets.model import FileTypes, base_name, checked_file_name, name_fault, name_for, read_types
from fieldstation.kernel.errors import Invalid

TYPES = FileTypes(read_types("text/x-log=.log,.out; text/csv=.csv,.csv2"))


@pytest.mark.parametrize(
    ("mime", "name"),
    [
        ("text/csv", "a.csv"),
        ("text/csv", "A.CSV.GZ"),
        ("text/csv", "a.csv2"),
        ("text/x-log", "run.out"),
        ("chemical/x-mdl-sdfile", "poses.1.sdf.gz"),
        ("squonk/x-smiles", "all.smi"),
    ],
)
def test_names_that_fit(mime: str, name: str) -> None:
    assert TYPES.fitting(mime, name).mime == mime


@pytest.mark.parametrize(
    ("mime", "name"),
    [
        ("text/csv", "a.tsv"),
        ("text/csv", ".csv"),
        ("text/csv", "csv"),
        ("text/csv", "a.gz"),
        ("text/csv", "a.csv.zip"),
        ("csv", "a.csv"),
        ("", "a.csv"),
        ("{{ x }}/y", "a.csv"),
    ],
)
def test_names_that_do_not(mime: str, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        TYPES.fitting(mime, name)
    assert refused.value.reason == "media_type"


@pytest.mark.parametrize("text", ["text/csv", "text=.a", "text/a/b=.a", "text/a=", "text/a=b", "text/a=."])
def test_types_written_wrongly(text: str) -> None:
    with pytest.raises(ValueError, match="is not written like"):
        read_types(text)


@pytest.mark.parametrize("name", ["a/b.csv", "", "..", "a\0.csv", "x" * 256, "a\\b"])
def test_file_names_that_cannot_be(name: str) -> None:
    with pytest.raises(Invalid):
        checked_file_name(name)


@pytest.mark.parametrize(
    ("file_name", "name"),
    [("Poses (2).SDF", "poses-2-.sdf"), ("___.csv", "csv"), ("äöü", "data"), ("dock.sdf.gz", "dock.sdf.gz")],
)
def test_names_of_data_sets_made_from_files(file_name: str, name: str) -> None:
    assert base_name(file_name) == name


def test_names_that_are_taken_get_a_number() -> None:
    assert name_for("a.csv", {"a.csv", "a.csv-2"}) == "a.csv-3"


@given(st.text(max_size=300), st.integers(0, 5))
def test_every_file_name_gives_a_name_that_can_be(file_name: str, already: int) -> None:
    base = base_name(file_name)
    taken = {base, *(f"{base}-{number}" for number in range(2, already + 2))}
    assert name_fault(name_for(file_name, taken)) is None
