"""Instances beside their runs: each state is followed once, whoever follows, and tokens end when they should."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from fieldstation.core.instances.model.lines import Cost, read_lines
from fieldstation.core.instances.model.values import Phase
from fieldstation.core.people.model import Kind, Role
from fieldstation.core.tasks.model import TaskState
from fieldstation.kernel.errors import Forbidden, Invalid, NotFound
from tests.integration.runs.desk import Desk, Person
from tests.integration.runs.jobs import AT, ended, events, follower, launched, states

TOKEN = "abcdefghijkmnopqrstuvw"


@pytest.fixture(autouse=True)
def _jobs(desk: Desk) -> Iterator[None]:
    with desk.begin() as tx:
        desk.features.definitions.jobs.install_builtins(tx)
    yield
    desk.features.definitions.templates.close()


def test_a_task_passes_through_every_state_however_late_it_is_followed(desk: Desk, ada: Person) -> None:
    made, run = launched(desk, ada)
    assert states(desk, ada, made.task_id) == [TaskState.PENDING]
    desk.ended(run)
    follow = follower(desk)
    follow.step()
    follow.step()
    assert states(desk, ada, made.task_id) == [TaskState.PENDING, TaskState.STARTED, TaskState.SUCCESS]
    follow.close()


def test_a_run_that_fails_fails_its_task_with_its_exit_code(desk: Desk, ada: Person) -> None:
    made, run = launched(desk, ada)
    desk.ended(run, exit_code=7)
    follow = follower(desk)
    follow.step()
    with desk.begin() as tx:
        task = desk.features.tasks.show(tx, ada.caller, made.task_id)
        found = desk.features.instancing.instances.show(tx, ada.caller, made.instance_id)
    assert (task.state, task.exit_code, found.phase) == (TaskState.FAILURE, 7, Phase.FAILED)
    assert found.error
    follow.close()


def test_what_a_program_said_is_told_once_by_however_many_followers(desk: Desk, ada: Person) -> None:
    made, run = launched(desk, ada)
    lines = [f"{AT} # INFO -EVENT- {number}" for number in range(2000)]
    costs = [f"{AT} # INFO -COST- +0.5 {number}" for number in range(1, 5)]
    ended(desk, run, "\n".join([*lines, *costs, costs[0]]))
    first, second = follower(desk), follower(desk)
    for follow in (first, second, first):
        follow.step()
    first.close()
    second.step()
    second.close()
    assert events(desk, made.task_id) == [str(number) for number in range(2000)]
    with desk.begin() as tx:
        assert desk.features.instancing.instances.show(tx, ada.caller, made.instance_id).cost == Decimal(2)


def test_who_was_overtaken_tells_nothing(desk: Desk, ada: Person) -> None:
    made, run = launched(desk, ada)
    ended(desk, run, f"{AT} # INFO -EVENT- once\n")
    telling = desk.features.instancing.telling
    with desk.begin() as tx:
        (one,) = telling.moved(tx, 10)
    read = read_lines(f"{AT} # INFO -EVENT- once\n", Cost())
    with desk.begin() as tx:
        assert telling.said(tx, one, read, 50) is not None
        assert telling.said(tx, one, read, 50) is None
        telling.ended(tx, one)
        telling.ended(tx, one)
    heard = follower(desk)
    heard.step()
    heard.close()
    assert events(desk, made.task_id) == ["once"]
    assert states(desk, ada, made.task_id) == [TaskState.PENDING, TaskState.STARTED, TaskState.SUCCESS]


def test_a_token_reads_its_project_until_an_hour_after_the_end(desk: Desk, ada: Person) -> None:
    made, run = launched(desk, ada, token=TOKEN, url="https://nobody.example")
    tokens = desk.features.instancing.tokens
    other = desk.project(ada, "other")
    with desk.begin() as tx:
        assert tokens.ground(tx, TOKEN, ada.space).project == ada.space
        for token, project in ((TOKEN, other), (TOKEN.upper(), ada.space), ("", ada.space)):
            with pytest.raises(Forbidden):
                tokens.ground(tx, token, project)
        assert TOKEN not in str(tx.all(text("SELECT i::text FROM instance i")))
    desk.later = 90 * 24 * 3600.0  # for as long as the instance lasts
    with desk.begin() as tx:
        tokens.ground(tx, TOKEN, ada.space)
    desk.later = 0.0
    desk.ended(run)
    follow = follower(desk)
    follow.step()
    follow.close()
    for later, good in ((3590.0, True), (3610.0, False)):
        desk.later = later
        with desk.begin() as tx:
            if good:
                tokens.ground(tx, TOKEN, ada.space)
            else:
                with pytest.raises(Forbidden):
                    tokens.ground(tx, TOKEN, ada.space)
    desk.later = 0.0
    with desk.begin() as tx:
        with pytest.raises(Forbidden):
            tokens.end(tx, made.instance_id, "x" * 22)
        tokens.end(tx, made.instance_id, TOKEN)
        with pytest.raises(Forbidden):
            tokens.ground(tx, TOKEN, ada.space)


def test_who_is_put_out_of_a_project_reads_on_with_no_token_of_theirs_alone(
    desk: Desk, ada: Person, bob: Person
) -> None:
    project = desk.project(ada, "shared")
    desk.share(Kind.PROJECT, project, bob, Role.EDITOR)
    made, _ = launched(desk, bob, project, token=TOKEN, url="https://nobody.example")
    with desk.begin() as tx:
        assert desk.features.instancing.instances.remove(tx, ada.caller, made.instance_id).removal
        with pytest.raises(Forbidden):
            desk.features.instancing.tokens.ground(tx, TOKEN, project)


def test_old_instances_go_and_those_that_are_kept_stay(desk: Desk, ada: Person) -> None:
    instances = desk.features.instancing.instances
    made = []
    for debug in (None, "1", "0", None):
        one, run = launched(desk, ada, debug=debug)
        desk.ended(run)
        made.append(one.instance_id)
    follow = follower(desk)
    follow.step()
    follow.close()
    launched(desk, ada)
    with desk.begin() as tx:
        instances.archive(tx, ada.caller, made[0], archived=True)
        assert not instances.sweep(tx, 1000.0)
    desk.later = 2000.0
    with desk.begin() as tx:
        assert not instances.sweep(tx, 1000.0)
        for instance_id in made[2:]:
            with pytest.raises(NotFound):
                instances.show(tx, ada.caller, instance_id)
        assert instances.show(tx, ada.caller, made[0]).archived
        assert instances.show(tx, ada.caller, made[1]).debug


@pytest.mark.parametrize("token", ["", "short", "x" * 23, "x" * 21 + "/", "é" * 22])
def test_a_token_must_be_of_the_form(desk: Desk, ada: Person, token: str) -> None:
    with pytest.raises(Invalid):
        launched(desk, ada, token=token)
