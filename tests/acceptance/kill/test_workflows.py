"""Workflows go on when whoever moves them is killed: no step is lost, and none is launched twice."""

from pathlib import Path

from fieldstation.workers.points import WORKFLOW_POINTS
from tests.acceptance.kill.conftest import Raise
from tests.acceptance.kill.standing import AT_LENGTH, SOAKING

pytestmark = AT_LENGTH
_STEPS = """
kind: DataManagerWorkflow
kind-version: '2025.2'
name: diamond
steps:
- {name: first, specification: {collection: im-test, job: event-test, version: 1.0.0, variables: {events: 1}}}
- {name: left, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-step: {name: first, variable: events}}]}
- {name: right, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-step: {name: first, variable: events}}]}
- {name: last, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-step: {name: left, variable: events}},
              {variable: pause, from-step: {name: right, variable: pause}}]}
"""


def test_each_step_is_launched_once_whenever_its_worker_is_killed(raise_station: Raise, short_path: Path) -> None:
    die_at = short_path / "die"
    standing = raise_station(FIELDSTATION_TEST_DIE_AT=f"@{die_at}")
    with standing.station() as station:
        project = station.me().project
        draft = station.workflows.add("Diamond", _STEPS)
        assert draft.faults == ()
        version = station.workflows.tag(draft.id, "1").id
        points = WORKFLOW_POINTS if SOAKING else ("after end of step", "after launch of step")
        for point in points:
            die_at.write_text(point)
            began = station.workflows.run(version, project, name=point)
            ended = station.workflows.wait(began.id)
            assert not die_at.exists(), f"nobody died {point}"
            steps = list(station.workflows.steps(ended.id))
            assert (ended.state, ended.error) == ("success", None), steps
            assert sorted(step.name for step in steps) == ["first", "last", "left", "right"]
        launched = list(station.instances.all())
        assert len(launched) == 4 * len(points)
        assert {one.phase for one in launched} == {"completed"}
    assert standing.stop() == 0
