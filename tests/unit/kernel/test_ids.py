"""Ids sort by the time they were made and tell their kind."""

from hypothesis import given
from hypothesis import strategies as st

from fieldstation.kernel.ids import is_id, new_id


def test_ids_of_one_process_grow() -> None:
    made = [new_id("run") for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_the_kind_is_part_of_the_form() -> None:
    made = new_id("run")
    assert is_id(made, "run")
    assert not is_id(made, "dataset")
    assert not is_id(made + "\n", "run")
    assert not is_id(made.upper(), "RUN")


@given(st.text(max_size=50))
def test_texts_are_no_ids(text: str) -> None:
    assert not is_id(text, "run")
    assert not is_id(f"run-{text}", "run") or len(text) == 36
