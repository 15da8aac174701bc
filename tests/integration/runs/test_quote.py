"""A quote says what a submit would come to, refuses what it would refuse, and changes nothing."""

from typing import Any

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Kind, Role
from fieldstation.core.runs.model.quote import Quote
from fieldstation.core.runs.model.values import Submission
from fieldstation.kernel.errors import FieldstationError, Forbidden, Invalid, NotFound
from tests.integration.runs.desk import TOOL, Desk, Person

_WRITTEN = text("""
    SELECT (SELECT count(*) FROM run) AS runs, (SELECT count(*) FROM dataset) AS datasets,
           (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM access) AS rights,
           (SELECT count(*) FROM submitted) AS keys
""")


def quote(desk: Desk, person: Person, tool: str = "paper-tool", **fields: Any) -> Quote:
    with desk.begin() as tx:
        before = tx.one(_WRITTEN)
        found = desk.features.quotes.quote(tx, person.caller, Submission(tool=tool, **fields))
        assert tx.one(_WRITTEN) == before
    return found


def test_a_quote_fills_defaults_and_names_what_is_read_and_written(desk: Desk, ada: Person) -> None:
    desk.data(ada, "rain", {"a.csv": b"1"})
    rain = desk.data(ada, "rain", {"a.csv": b"2"})
    told = quote(desk, ada, inputs={"data": ["rain:a.csv"]}, resources={"cpu": 2})
    assert [(one.version_id, one.number, one.path) for one in told.inputs] == [(rain.id, 2, "a.csv")]
    assert told.parameters == {"count": 1}
    assert (told.resources["cpu"], told.soft_seconds, told.hard_seconds) == (2, 600, 900)
    assert (told.output_name, told.output_id) == ("paper-tool-results", None)
    assert quote(desk, ada, output="rain").output_id == rain.dataset_id
    assert told.account is not None
    assert 0 < told.account.free < told.account.quota


def test_a_quote_tells_whose_result_would_be_used(desk: Desk, ada: Person, bob: Person) -> None:
    assert quote(desk, ada).reuse.run is None
    done = desk.ended(desk.submit(ada), files=[desk.file("out.txt", b"made")])
    assert quote(desk, ada).reuse.run == done.id
    assert quote(desk, ada, parameters={"count": 2}).reuse.run is None
    off = quote(desk, ada, reuse=False).reuse
    assert (off.run, "switched off" in off.text) == (None, True)
    assert desk.submit(ada, reuse=True).reused_from == done.id
    desk.tool(bob)
    assert quote(desk, bob).reuse.run is None, "the result is not his to read"
    desk.tool(ada, "dice", TOOL.replace("outputs:", "deterministic: false\noutputs:"))
    assert "not deterministic" in quote(desk, ada, "dice").reuse.text


def test_a_quote_tells_the_place_in_the_queue_that_a_submit_then_has(desk: Desk, ada: Person) -> None:
    for priority in (5, 5, 9, 0):
        desk.submit(ada, priority=priority)
    for priority, ahead in ((0, 4), (5, 3), (6, 1), (9, 1)):
        assert quote(desk, ada, priority=priority).ahead == ahead
        assert quote(desk, ada, priority=priority).estimate_seconds is None, "nothing ended of late"
    late = desk.submit(ada)
    with desk.begin() as tx:
        waiting = desk.features.explains.explain(tx, ada.caller, late.id).waiting
    assert waiting is not None
    assert waiting.ahead == 3


def test_a_quote_tells_what_the_tool_took_before(desk: Desk, ada: Person, bob: Person) -> None:
    assert quote(desk, ada).before.runs == 0
    for seconds in (10, 20, 30, 100):
        claim = desk.running(desk.submit(ada))
        desk.later += seconds
        desk.exited(claim.attempt_id)
        desk.finish(*desk.collect(), files=[desk.file("out.bin", b"x" * seconds)])
    desk.ended(desk.submit(ada), 1)
    before = quote(desk, ada).before
    assert before.runs == 4, "one that failed says nothing of what it takes"
    assert before.seconds is not None
    assert before.output_bytes is not None
    assert 24 < before.seconds.median < 27
    assert 75 < before.seconds.p90 < 101
    assert before.output_bytes.median == 25
    assert before.memory_bytes is None
    desk.tool(bob)
    assert quote(desk, bob).before.runs == 0, "others' runs are not his to see"


def test_others_quota_is_not_told(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    theirs = desk.dataset(ada, "theirs")
    desk.share(Kind.DATASET, theirs, bob, Role.EDITOR)
    assert quote(desk, bob, output=theirs).account is None


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"parameters": {"count": "many"}}, Invalid),
        ({"inputs": {"data": ["no-such"]}}, Invalid),
        ({"inputs": {"other": ["x"]}}, Invalid),
        ({"resources": {"cpu": -1}}, Invalid),
        ({"priority": 10}, Invalid),
        ({"output": "Not A Name"}, Invalid),
        ({"output": "dataset-00000000-0000-7000-8000-000000000000"}, NotFound),
        ({"project": "project-00000000-0000-7000-8000-000000000000"}, NotFound),
        ({"tool": "no-such"}, NotFound),
    ],
)
def test_a_quote_is_refused_as_the_submit_is(
    desk: Desk, ada: Person, fields: dict[str, Any], error: type[FieldstationError]
) -> None:
    with pytest.raises(error) as quoting:
        quote(desk, ada, **fields)
    with pytest.raises(error) as submitting:
        desk.submit(ada, **fields)
    assert (quoting.value.text, quoting.value.problems) == (submitting.value.text, submitting.value.problems)


def test_who_may_only_read_a_project_gets_no_quote_in_it(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    desk.share(Kind.PROJECT, ada.space, bob)
    with pytest.raises(Forbidden):
        quote(desk, bob, project=ada.space)
