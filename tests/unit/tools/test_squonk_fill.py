"""Values of a job's variables: defaults, then what is required, then what their author wrote about them."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.core.tools.model.squonk.face import form_of
from fieldstation.core.tools.model.squonk.fill import INPUT_HANDLERS, Filled, Surroundings, fill
from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.core.tools.model.squonk.read import read_jobs
from fieldstation.core.tools.model.squonk.sample import fill_from_test
from fieldstation.gateways.templates.expand import expand
from fieldstation.gateways.templates.marks import Refused
from fieldstation.kernel.errors import Invalid
from tests.unit.tools.squonk_files import COUNT, NEXTFLOW, STRAY, file_of, one_job

COUNTED = {"title": "B", "type": "integer"}
JOBS = [read.job for read in read_jobs(file_of(COUNT, NEXTFLOW)).jobs]
AROUND = Surroundings(instance_directory=".instance-1")


def job_of(text: str, name: str | None = None) -> Job:
    """Return a job of a file."""
    jobs = {read.job.name: read.job for read in read_jobs(text).jobs}
    return jobs[name or next(iter(jobs))]


def filled(text: str, given: Mapping[str, Any], *, strict: bool = False) -> Filled:
    """Fill the first job of a file."""
    return fill(job_of(text), given, AROUND, strict=strict)


def refused(text: str, given: Mapping[str, Any], *, strict: bool = False) -> list[str]:
    """Return what is wrong with these values."""
    with pytest.raises(Invalid) as error:
        filled(text, given, strict=strict)
    return [f"{problem.where} {problem.text}" for problem in error.value.problems]


def test_defaults_come_before_what_is_required() -> None:
    values = filled(file_of(COUNT), {"inputFile": "a.sdf", "top": 3}).values
    assert values == {
        "inputFile": "a.sdf",
        "outputFile": "counts.csv",
        "method": "none",  # the author's own word, though it is none of the choices
        "top": 3,
        "DM_INSTANCE_DIRECTORY": ".instance-1",
    }
    assert refused(file_of(COUNT), {"top": None}) == ["/inputFile is required", "/top is required"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"top": 0}, "/top must be at least 1, not 0"),
        ({"top": 101}, "/top must be at most 100, not 101"),
        ({"top": "3"}, '/top must be a whole number, not "3"'),
        ({"top": 3.5}, "/top must be a whole number, not 3.5"),
        ({"top": True}, "/top must be a whole number, not true"),
        ({"top": 1e300}, "/top must be a whole number, not 1e+300"),
        ({"header": "yes"}, '/header must be true or false, not "yes"'),
        ({"method": "slow"}, '/method must be one of "fast" and "exact", not "slow"'),
        ({"outputFile": "a b"}, r'/outputFile must match the pattern "^[A-Za-z0-9_/.-]+$"; "a b" does not'),
        ({"outputFile": "a\n"}, r'/outputFile must match the pattern "^[A-Za-z0-9_/.-]+$"; "a\n" does not'),
        ({"outputFile": ["a"]}, '/outputFile must be text, not ["a"]'),
        ({"inputFile": 3}, "/inputFile must be the path of a file, not 3"),
        ({"inputFile": ["a", "b"]}, "/inputFile takes one file, not several"),
        ({"x": "\0"}, "/x text cannot hold NUL or half of a surrogate pair"),
        ({"x": "\ud800"}, "/x text cannot hold NUL or half of a surrogate pair"),
    ],
)
def test_values_are_compared_with_what_is_written_about_them(given: dict[str, Any], fault: str) -> None:
    assert refused(file_of(COUNT), {"inputFile": "a", "top": 1, **given}) == [fault]


def test_a_number_may_stand_for_text_and_names_may_be_new() -> None:
    given = {"inputFile": "a", "top": 1.0, "outputFile": 7, "new": [1]}
    values = filled(file_of(COUNT), given).values
    assert (values["outputFile"], values["top"], values["new"]) == ("7", 1, [1])
    assert refused(file_of(COUNT), given, strict=True) == [
        "/new is not known here: known are header, inputFile, method, outputFile and top",
        "/outputFile must be text, not 7",
    ]


def test_several_values_make_a_list_even_where_one_is_given() -> None:
    text = one_job("x", {"a": {"title": "A", "type": "string", "multiple": True, "enum": ["p", "q"]}})
    assert filled(text, {"a": "p"}).values["a"] == ["p"]
    assert filled(text, {"a": ["p", "q"]}).values["a"] == ["p", "q"]
    assert refused(text, {"a": ["p", "r"]}) == ['/a must be one of "p" and "q", not "r"']


def test_the_values_of_a_list_are_chosen_from_what_its_items_say() -> None:
    items = {"type": "string", "oneOf": [{"title": "Slow", "const": "exact"}], "anyOf": [{"enum": ["fast", "rough"]}]}
    text = one_job("x {{ a }}", {"a": {"title": "A", "type": "array", "items": items}})
    assert filled(text, {"a": ["exact", "fast"]}).values["a"] == ["exact", "fast"]
    assert refused(text, {"a": ["Slow"]}) == ['/a must be one of "exact", "fast" and "rough", not "Slow"']
    properties = form_of(job_of(text))["properties"]
    assert isinstance(properties, dict)
    assert properties["a"] == {
        "title": "A",
        "type": "array",
        "uniqueItems": True,
        "items": {
            "oneOf": [
                {"const": "exact", "title": "Slow"},
                {"const": "fast", "title": "fast"},
                {"const": "rough", "title": "rough"},
            ]
        },
    }
    numbers = {"type": "integer", "anyOf": [{"title": "Two", "const": "2"}, {"title": "Many", "const": "many"}]}
    text = one_job("x {{ a }}", {"a": {"title": "A", "type": "array", "items": numbers}})
    assert job_of(text).options["a"].choices == (2, "many")
    assert refused(text, {"a": ["3"]}) == ['/a must be one of 2 and "many", not "3"']
    open_end = {"type": "string", "anyOf": [{"const": "2"}, {"title": "What you like"}]}
    assert filled(one_job("x", {"a": {"title": "A", "type": "array", "items": open_end}}), {"a": "3"}).values["a"] == [
        "3"
    ]


def test_a_pattern_that_cannot_be_bounded_is_not_compared() -> None:
    text = one_job("x", {"a": {"title": "A", "type": "string", "pattern": "(?=b)"}})
    assert filled(text, {"a": "c"}).values["a"] == "c"


def test_a_stray_bound_bounds_nothing() -> None:
    assert filled(file_of(STRAY), {"b": 2}).values["b"] == 2


def test_molecules_are_a_file_or_become_one() -> None:
    job = job_of(file_of(NEXTFLOW))
    given = {"fragments": "a.mol", "smiles": "file://in/x.smi"}
    assert fill(job, given, AROUND).values["smiles"] == "in/x.smi"
    made = fill(job, {**given, "smiles": "CCO\nC'C"}, AROUND)
    assert made.values["smiles"] == ".instance-1/smiles.smi"
    assert made.written == {".instance-1/smiles.smi": "CCO\nC'C\n"}
    assert made.values["fragments"] == ["a.mol"]


def test_files_come_as_they_are_named() -> None:
    text = one_job("x", inputs={"f": {"title": "F", "type": "files"}})
    assert filled(text, {"f": "dir/*.smi"}).values["f"] == "dir/*.smi"
    assert filled(text, {"f": ["a", "b"]}).values["f"] == ["a", "b"]


def test_the_files_of_a_test_lie_flat() -> None:
    read = next(one for one in read_jobs(file_of(NEXTFLOW)).jobs)
    values = fill_from_test(read.job, read.tests["pairs"]).values
    assert values["fragments"] == ["a.mol", "b.mol,b.pdb"]
    assert values["smiles"] == "in.smi"
    assert fill_from_test(read.job, read.tests["text"]).written.keys() == {
        f"{values['DM_INSTANCE_DIRECTORY']}/smiles.smi"
    }


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=6,
)
NAMES = st.sampled_from(["inputFile", "outputFile", "header", "top", "method", "fragments", "smiles", "names", "new"])


@given(given=st.dictionaries(NAMES | st.text(max_size=5), VALUES, max_size=6), strict=st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_is_given_is_filled_or_refused(given: dict[str, Any], strict: bool) -> None:
    for job in JOBS:
        try:
            made = fill(job, given, AROUND, strict=strict)
        except Invalid as error:
            refused = error.problems
            json.dumps([problem.text for problem in refused])
            continue
        template = made.command
        json.dumps(template.values)
        with contextlib.suppress(Refused):
            _, arguments = expand(template.text, template.values, template.free, command=True)
            assert all("\0" not in argument for argument in arguments)


def test_free_text_may_be_several_words_unless_one_is_strict() -> None:
    text = one_job("x '{{ a }}' {{ a }} {{ b }}", {"a": {"title": "A", "type": "string"}, "b": COUNTED})
    assert filled(text, {"a": "1 2", "b": 3}).command.free == {"a"}
    assert filled(text, {"a": "1 2", "b": 3, "new": "x y"}).command.free == {"a", "new"}
    assert filled(text, {"a": "1 2", "b": 3}, strict=True).command.free == frozenset()


def test_each_type_of_input_has_a_handler() -> None:
    assert {handler.input_type.value for handler in INPUT_HANDLERS} == {"file", "files", "molecules-smi"}
