"""Definitions are read with every fault at its place, and looked at before they run."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.pipelines.model.check import check_run, check_steps, circle
from fieldstation.core.pipelines.model.definition import MAX_BYTES, Workflow, read_workflow
from fieldstation.core.pipelines.model.faults import JOBS, LACKING, PLUMBING, TWICE, VARIABLES
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.kernel.errors import Invalid, TooLarge

NAME = JobName(collection="a", job="copy", version="1")
COPY = Job(
    collection="a",
    name="copy",
    document={
        "version": "1",
        "command": "cp {{ source }} {{ target }}",
        "variables": {
            "inputs": {"properties": {"source": {"type": "file"}}, "required": ["source"]},
            "options": {"properties": {"target": {"type": "string"}}, "required": ["target"]},
            "outputs": {"properties": {"target": {"type": "file", "creates": "{{ target }}"}}},
        },
    },
)


def workflow(*steps: dict[str, Any], **more: Any) -> Workflow:
    document = {"kind": "DataManagerWorkflow", "kind-version": "2025.2", "name": "ours", "steps": steps, **more}
    found = read_workflow(json.dumps(document)).workflow
    assert found is not None, read_workflow(json.dumps(document)).faults
    return found


def step(name: str, constants: dict[str, Any] | None = None, /, **pipes: str) -> dict[str, Any]:
    said: dict[str, Any] = {"collection": "a", "job": "copy", "version": "1"}
    plumbing = [
        {"variable": variable, "from-workflow": {"variable": origin}}
        if "." not in origin
        else {"variable": variable, "from-step": dict(zip(("name", "variable"), origin.split("."), strict=True))}
        for variable, origin in pipes.items()
    ]
    return {
        "name": name,
        "specification": said | ({"variables": constants} if constants else {}),
        **({"plumbing": plumbing} if plumbing else {}),
    }


def test_every_fault_of_form_is_named_at_its_line() -> None:
    text = "kind: DataManagerWorkflow\nkind-version: '2021.1'\nname: Not A Label\nsteps:\n- name: a\n  more: 1\n"
    faults = read_workflow(text).faults
    assert [(fault.where, fault.line) for fault in faults] == [
        ("/kind-version", 2),
        ("/name", 3),
        ("/steps/0/specification", 5),
        ("/steps/0/more", 6),
    ]


@pytest.mark.parametrize("text", ["", "[]", "a: [", "kind: Tool", "a: &a [*a]", "x: !!python/object:os.system {}"])
def test_what_is_no_workflow_is_a_draft_with_faults(text: str) -> None:
    reading = read_workflow(text)
    assert reading.faults and reading.workflow is None


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(TooLarge):
        read_workflow("x" * (MAX_BYTES + 1))
    for text in ("a: \0", "a: \ud800"):
        with pytest.raises(Invalid):
            read_workflow(text)


def test_steps_are_looked_at_together() -> None:
    assert check_steps(workflow(step("a"), step("a"))).number == TWICE
    for bad in (
        workflow(),
        workflow(step("a", source="b.target")),
        workflow(step("a", source="a.target")),
        workflow(step("a", source="b.target"), step("b", source="a.target")),
    ):
        assert check_steps(bad).number == PLUMBING
    assert check_steps(workflow(step("b", source="a.target"), step("a"))).sound


def test_a_run_needs_variables_jobs_and_what_jobs_need() -> None:
    two = workflow(step("a", {"target": "x"}, source="first"), step("b", source="a.target", target="last"))
    jobs = {NAME: COPY}
    missing = check_run(two, jobs, {"first": "in"}, {})
    assert (missing.number, [problem.where for problem in missing.problems]) == (VARIABLES, ["/variables/last"])
    given = {"first": "in", "last": "out"}
    assert check_run(two, jobs, given, {}).sound
    assert check_run(two, {}, given, {}).number == JOBS
    assert check_run(two, jobs, given, {NAME: "it asks for what there is not"}).number == JOBS
    assert check_run(two, jobs, given | {"last": "{{ x }}"}, {}).number == LACKING
    lacking = check_run(workflow(step("a", source="first")), jobs, {"first": "in"}, {})
    assert (lacking.number, [problem.where for problem in lacking.problems]) == (LACKING, ["/steps/a/target"])
    unknown = check_run(workflow(step("a", {"target": "x", "source": "y"}), step("b", source="a.other", target="t")),
                        jobs, {"t": "z"}, {})  # fmt: skip
    assert [problem.where for problem in unknown.problems] == ["/steps/b/plumbing/source"]


@given(st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7)), min_size=1))
def test_a_circle_is_found_exactly_where_no_order_of_steps_is(graph: dict[int, set[int]]) -> None:
    names = {number: f"s{number}" for number in graph}
    steps = []
    for number, before in graph.items():
        pipes = {f"v{other}": f"{names[other]}.target" for other in before if other in graph}
        steps.append(step(names[number], **pipes))
    left = dict(graph)
    while free := [one for one, before in left.items() if not before & left.keys()]:
        for one in free:
            del left[one]
    assert set(circle(workflow(*steps))) == {names[one] for one in left}
