"""What makes two runs the same."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.runs.model.reuse import NotReusable, differences, reuse_parts
from fieldstation.core.runs.model.values import RunInput
from fieldstation.core.tools.model.definition import STATION_IMAGE, Definition
from fieldstation.kernel.canonical import digest

names = st.text("abc", min_size=1, max_size=2)
plain = st.none() | st.booleans() | st.integers(-5, 5) | st.text("xy", max_size=2)
parts = st.dictionaries(names, plain | st.dictionaries(names, plain, max_size=3), max_size=4)


def definition(**fields: Any) -> Definition:
    given = {"name": "t", "version": "1.0.0", "title": "t", "image": STATION_IMAGE, "command": ("true",)}
    return Definition(**{**given, "parameters": {}, **fields})


def read(slot: str, target: str, manifest: str) -> RunInput:
    return RunInput(
        slot=slot, version_id="v", dataset_id="d", number=1, manifest_digest=manifest, path=None, target=target
    )


def parts_of(**changes: Any) -> Mapping[str, Any] | NotReusable:
    values = {
        "definition": definition(),
        "revision": "r1",
        "parameters": {"count": 1},
        "inputs": [read("a", "/inputs/a", "m1"), read("b", "/inputs/b", "m2")],
        "image": "station:1",
        "tag": None,
        **changes,
    }
    return reuse_parts(**values)


def key_of(**changes: Any) -> str:
    found = parts_of(**changes)
    assert not isinstance(found, NotReusable)
    return digest(found)


def test_the_same_again_has_the_same_key() -> None:
    assert key_of() == key_of()
    assert key_of() == key_of(inputs=[read("b", "/inputs/b", "m2"), read("a", "/inputs/a", "m1")])


def test_every_part_makes_another_key() -> None:
    keys = [
        key_of(),
        key_of(revision="r2"),
        key_of(parameters={"count": 2}),
        key_of(parameters={"count": True}),
        key_of(parameters={}),
        key_of(inputs=[read("a", "/inputs/a", "m9"), read("b", "/inputs/b", "m2")]),
        key_of(inputs=[read("a", "/inputs/a", "m2"), read("b", "/inputs/b", "m1")]),
        key_of(inputs=[read("a", "/inputs/a/0", "m1"), read("b", "/inputs/b", "m2")]),
        key_of(inputs=[read("a", "/inputs/a", "m1")]),
        key_of(image="station:2"),
        key_of(tag="mine"),
        key_of(tag=""),
    ]
    assert len(set(keys)) == len(keys)


def test_what_depends_on_more_than_its_parts_is_never_reused() -> None:
    network = parts_of(definition=definition(network=True))
    dice = parts_of(definition=definition(deterministic=False))
    assert isinstance(network, NotReusable)
    assert isinstance(dice, NotReusable)
    assert "network" in network.why
    assert "not deterministic" in dice.why


def test_the_part_that_differs_is_named() -> None:
    mine, other = parts_of(), parts_of(parameters={"count": 2}, tag="x")
    assert not isinstance(mine, NotReusable)
    assert not isinstance(other, NotReusable)
    assert differences(mine, other) == ["parameters.count", "tag"]
    gone = parts_of(inputs=[read("a", "/inputs/a", "m1")])
    assert not isinstance(gone, NotReusable)
    assert differences(mine, gone) == ["inputs./inputs/b"]


@given(parts, parts)
def test_differences_are_none_exactly_when_the_keys_are_one(mine: dict[str, Any], other: dict[str, Any]) -> None:
    assert (not differences(mine, other)) == (digest(mine) == digest(other))
    assert differences(mine, other) == differences(other, mine)


@given(parts, parts)
def test_every_named_difference_is_one(mine: dict[str, Any], other: dict[str, Any]) -> None:
    for name in differences(mine, other):
        part, _, inner = name.partition(".")
        if inner:
            assert digest(mine[part].get(inner, "absent")) != digest(other[part].get(inner, "absent"))
        else:
            assert part in {*mine, *other}
