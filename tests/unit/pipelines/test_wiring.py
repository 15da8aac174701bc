"""What a step is given, how often it runs, and what follows from how far the others are."""

from typing import Any

import pytest

from fieldstation.core.pipelines.model.advance import Made, Moving, UnderWay, decide
from fieldstation.core.pipelines.model.definition import Workflow
from fieldstation.core.pipelines.model.faults import MISMATCH, NOTHING_MADE, STALLED, StepFault
from fieldstation.core.pipelines.model.states import MOVES, WorkflowState
from fieldstation.core.pipelines.model.wiring import Ended, Wired, Wiring, landing
from fieldstation.core.runs.model.states import State as RunState
from fieldstation.core.tools.model.squonk.job import Job
from tests.unit.pipelines.test_check import step, workflow


def job(inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> Job:
    def block(named: dict[str, str] | None) -> dict[str, Any]:
        return {"properties": {name: {"type": kind} for name, kind in (named or {}).items()}}

    return Job(
        collection="a",
        name="copy",
        document={"version": "1", "command": "x", "variables": {"inputs": block(inputs), "outputs": block(outputs)}},
    )


def wired(flow: Workflow, jobs: dict[str, Job], name: str, given: dict[str, Any], **ended: Any) -> list[Wired]:
    one = next(one for one in flow.steps if one.name == name)
    return list(Wiring(flow, jobs, given).wire(one, ended))


def made(instance: str, *files: str, creates: str = "x_*") -> Ended:
    return Ended(instance=instance, variables={}, creates={"out": creates}, made={"out": files})


FLOW = workflow(step("a", source="first"), step("b", source="a.out"), step("c", source="b.out"))
SPLIT, COPY, JOIN = job({"source": "file"}, {"out": "files"}), job({"source": "file"}, {"out": "file"}), job(
    {"source": "files"}, {"out": "file"}
)  # fmt: skip


def test_files_of_the_project_are_seen_by_the_step_that_reads_them() -> None:
    (one,) = wired(FLOW, {"a": SPLIT}, "a", {"first": "data/in.smi"})
    assert (one.variables, one.links) == ({"source": "data/in.smi"}, ("data/in.smi",))


def test_a_step_runs_once_for_each_file_and_sees_where_it_came_from() -> None:
    found = wired(FLOW, {"a": SPLIT, "b": COPY}, "b", {}, a=[made("instance-1", "x_1", "x_2")])
    assert [(one.replica, one.replicas, one.variables["source"]) for one in found] == [
        (0, 2, ".instance-1/x_1"),
        (1, 2, ".instance-1/x_2"),
    ]
    assert {one.links for one in found} == {(".instance-1",)}
    with pytest.raises(StepFault) as fault:
        wired(FLOW, {"a": SPLIT, "b": COPY}, "b", {}, a=[made("instance-1")])
    assert fault.value.number == NOTHING_MADE


def test_replicas_go_on_side_by_side_or_are_joined() -> None:
    ended = [made(f"instance-{number}", creates="y") for number in (1, 2, 3)]
    found = wired(FLOW, {"b": COPY, "c": COPY}, "c", {}, b=ended)
    assert [(one.variables["source"], one.links) for one in found] == [
        (f".instance-{number}/y", (f".instance-{number}",)) for number in (1, 2, 3)
    ]
    (joined,) = wired(FLOW, {"b": COPY, "c": JOIN}, "c", {}, b=ended)
    assert joined.variables["source"] == "y"
    assert joined.links == (".instance-1", ".instance-2", ".instance-3")


def test_as_many_files_of_two_steps_are_taken_together_and_others_not() -> None:
    flow = workflow(step("a", x="p"), step("b", x="p"), step("c", left="a.out", right="b.out"))
    jobs = {"a": SPLIT, "b": SPLIT, "c": job({"left": "file", "right": "file"})}
    two, three = made("instance-1", "1", "2"), made("instance-2", "1", "2", "3")
    found = wired(flow, jobs, "c", {}, a=[two], b=[made("instance-2", "3", "4")])
    assert [tuple(one.variables.values()) for one in found] == [
        (".instance-1/1", ".instance-2/3"), (".instance-1/2", ".instance-2/4"),
    ]  # fmt: skip
    with pytest.raises(StepFault) as fault:
        wired(flow, jobs, "c", {}, a=[two], b=[three])
    assert fault.value.number == MISMATCH


def test_results_of_replicas_lie_side_by_side() -> None:
    assert [landing("out/a.b.smi", place, 2) for place in (0, 1)] == ["out/a-1.b.smi", "out/a-2.b.smi"]
    assert landing("out/a.smi", 0, 1) == "out/a.smi"


def moving(*steps: tuple[str, WorkflowState], stopping: bool = False, failure: tuple[int, str] | None = None) -> Moving:
    under_way = [
        UnderWay(
            id=name, name=name, replica=0, replicas=1, state=state, variables={}, links=(), lands=(), made=Made(),
            instance="i", run=f"run-{name}", run_state=RunState.RUNNING, exit_code=None, why=None, outputs={},
            told=True,
        )
        for name, state in steps
    ]  # fmt: skip
    return Moving(
        id="r", name="r", project="p", user_id="u", username="ada", workflow=FORK, variables={}, debug=None,
        stopping=stopping, failure=failure, due_at=None, steps=under_way,
    )  # fmt: skip


FORK = workflow(step("last", x="left.out", y="right.out"), step("left", x="one.out"), step("right", x="one.out"),
                step("one"))  # fmt: skip
DONE, OPEN = WorkflowState.SUCCESS, WorkflowState.RUNNING


def test_every_step_that_can_begin_begins() -> None:
    def begun(*steps: tuple[str, WorkflowState]) -> list[str]:
        return [one.name for one in decide(moving(*steps)).launch]

    assert begun() == ["one"]
    assert begun(("one", OPEN)) == []
    assert begun(("one", DONE)) == ["left", "right"]
    assert begun(("one", DONE), ("left", DONE), ("right", OPEN)) == []
    assert begun(("one", DONE), ("left", DONE), ("right", DONE)) == ["last"]
    every = [(one.name, DONE) for one in FORK.steps]
    assert decide(moving(*every)).end is WorkflowState.SUCCESS
    assert decide(moving(*every, stopping=True)).end is WorkflowState.SUCCESS


def test_a_failure_or_a_stop_ends_what_runs_and_then_the_workflow() -> None:
    failure = (3, "left failed")
    ending = decide(moving(("one", DONE), ("left", WorkflowState.FAILURE), ("right", OPEN), failure=failure))
    assert (ending.cancel, ending.end, ending.launch) == (["run-right"], None, ())
    ended = decide(
        moving(("one", DONE), ("left", WorkflowState.FAILURE), ("right", WorkflowState.FAILURE), failure=failure)
    )
    assert (ended.end, ended.number, ended.error) == (WorkflowState.FAILURE, 3, "left failed")
    assert decide(moving(("one", OPEN), stopping=True)).cancel == ["run-one"]
    assert decide(moving(stopping=True)).end is WorkflowState.STOPPED


def test_a_workflow_that_cannot_go_on_says_so() -> None:
    stuck = decide(moving(("one", WorkflowState.FAILURE)))
    assert (stuck.end, stuck.number) == (WorkflowState.FAILURE, STALLED)
    assert "last, left, right" in str(stuck.error)


def test_nothing_comes_after_an_end() -> None:
    assert {state for state in WorkflowState if not MOVES[state]} == {state for state in WorkflowState if state.final}
