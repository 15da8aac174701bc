"""Who sees which tasks, by any filter and on any page: the same as a plain walk over all of them would give."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.tasks.model import NewTask, Purpose, Task, TaskFilter
from fieldstation.kernel.errors import Conflict, FieldstationError, Forbidden, NotFound
from fieldstation.kernel.paging import PageRequest, read_cursor
from tests.integration.tasks.desk import Desk, Person

_PUBLIC = text("""
    WITH made AS (
        INSERT INTO dataset (id, name, space, owner, title, description, labels, created, changed, latest, awaits, size)
        SELECT 'dataset-' || n, n, 'space', 'x', '', '', '{}', station_now(), station_now(), 0, false, 0
          FROM generate_series(1, :many) n
        RETURNING id
    )
    INSERT INTO access (kind, thing, principal, role) SELECT 'dataset', id, 1, 'reader' FROM made
""")
_UNIT = text("UPDATE project SET unit = :unit WHERE id = :project")


def seen(desk: Desk, caller: Caller, limit: int = 1000, **filters: Any) -> list[str]:
    """Walk all pages and return the ids."""
    found: list[str] = []
    after: tuple[str, ...] | None = None
    while True:
        with desk.begin() as tx:
            page = desk.tasks.page(tx, caller, PageRequest(limit=limit, after=after), TaskFilter(**filters))
        found += [task.id for task in page.items]
        if page.next is None:
            return found
        assert len(page.items) == limit
        after = read_cursor(page.next)


def finish(desk: Desk, *tasks: Task) -> None:
    with desk.begin() as tx:
        for task in tasks:
            desk.tasks.finished(tx, task.id, 0)


def refusal(desk: Desk, caller: Caller, task_id: str) -> str:
    with desk.begin() as tx, pytest.raises(NotFound) as caught:
        desk.tasks.show(tx, caller, task_id)
    return caught.value.text


def test_one_sees_ones_own_and_what_one_may_read(desk: Desk, ada: Person, bob: Person, root: Person) -> None:
    cleo = desk.person("cleo")
    project, dataset = desk.project(ada, bob), desk.dataset(ada, cleo)
    own = desk.task(ada, purpose_id="project-gone")
    of_project = desk.task(ada, purpose=Purpose.INSTANCE, purpose_id="instance-1", project=project)
    of_dataset = desk.task(ada, purpose=Purpose.DATASET, purpose_id=dataset, purpose_version=2)
    file_of_dataset = desk.task(ada, purpose=Purpose.FILE, purpose_id=dataset)
    everything = [file_of_dataset.id, of_dataset.id, of_project.id, own.id]
    assert seen(desk, ada.caller) == seen(desk, root.caller) == everything
    assert seen(desk, bob.caller) == [of_project.id]
    assert seen(desk, cleo.caller) == [of_dataset.id], "what has the id of a data set is not about one"
    hidden = {refusal(desk, bob.caller, task) for task in (own.id, of_dataset.id, file_of_dataset.id)}
    assert hidden == {refusal(desk, bob.caller, "task-none")}
    with desk.begin() as tx:
        assert desk.tasks.show(tx, bob.caller, of_project.id).username == "ada"
        assert desk.tasks.show(tx, cleo.caller, of_dataset.id).purpose_version == 2
        with pytest.raises(NotFound):
            desk.tasks.events(tx, bob.caller, own.id, PageRequest())


def test_rights_are_those_of_now(desk: Desk, ada: Person, bob: Person) -> None:
    project = desk.project(ada, bob)
    task = desk.task(ada, project=project)
    assert seen(desk, bob.caller) == [task.id]
    with desk.begin() as tx:
        desk.access.forget(tx, Thing(kind=Kind.PROJECT, id=project))
    assert seen(desk, bob.caller) == []
    assert seen(desk, ada.caller) == [task.id], "who asked goes on seeing what became of it"
    assert seen(desk, ada.caller, project=project) == []


def test_a_narrowed_token_shows_what_it_includes(desk: Desk, ada: Person, root: Person) -> None:
    of_dataset = desk.task(ada, purpose=Purpose.DATASET, purpose_id=desk.dataset(ada))
    of_project = desk.task(ada, purpose=Purpose.FILE, purpose_id="file-1", project=desk.project(ada))
    for who in (ada, root):
        assert seen(desk, who.narrowed(Permission.DATASET_READ)) == [of_dataset.id]
        assert seen(desk, who.narrowed(Permission.PROJECT_READ)) == [of_project.id]
        assert seen(desk, who.narrowed(Permission.TOOL_USE)) == []


def test_filters(desk: Desk, ada: Person, bob: Person, root: Person) -> None:
    project, other = desk.project(ada, bob), desk.project(ada)
    dataset = desk.dataset(ada, bob)
    made = {
        "copy": desk.task(ada, purpose=Purpose.FILE, purpose_id="file-1", project=project),
        "run": desk.task(ada, purpose=Purpose.INSTANCE, purpose_id="instance-1", project=project, context="mine"),
        "twin": desk.task(ada, purpose=Purpose.INSTANCE, purpose_id="instance-2", project=other, context="mine"),
        "stop": desk.task(
            ada, purpose=Purpose.INSTANCE, purpose_id="instance-1", project=project, context="mine", removal=True
        ),
        "upload": desk.task(ada, purpose=Purpose.DATASET, purpose_id=dataset),
        "end": desk.task(ada, purpose=Purpose.PROJECT, purpose_id=other, project=other, removal=True),
    }
    finish(desk, made["run"], made["upload"])
    with desk.begin() as tx:
        tx.execute(_UNIT, {"unit": "unit-1", "project": project})

    def named(who: Person, **filters: Any) -> str:
        names = {task.id: name for name, task in made.items()}
        return " ".join(names[task] for task in seen(desk, who.caller, **filters))

    for who in (ada, root):
        assert named(who) == "end upload stop twin run copy"
        assert named(who, exclude_done=True) == "end stop twin copy"
        assert named(who, exclude_removal=True) == "upload twin run copy"
        assert named(who, purposes=frozenset({Purpose.INSTANCE, Purpose.FILE})) == "stop twin run copy"
        assert named(who, purposes=frozenset()) == ""
        assert named(who, project=other) == "end twin"
        assert named(who, context="mine", exclude_removal=True) == "twin run"
        assert named(who, context="mine", project=project) == "stop run"
        assert named(who, about="instance-1") == "stop run"
        assert named(who, about="instance-1", exclude_done=True) == "stop"
        assert named(who, unit="unit-1") == "stop run copy"
        assert named(who, unit="unit-none") == named(who, organisation="org-none") == named(who, project="none") == ""
    assert named(bob) == "upload stop run copy"
    assert named(bob, project=other) == ""
    assert named(bob, context="mine") == named(bob, context="mine", project=project) == "stop run"
    assert named(bob, about=other) == ""
    assert named(bob, about=dataset) == "upload"


@pytest.mark.parametrize("noise", [0, 1500])
def test_any_walk_gives_what_a_look_at_everything_would(desk: Desk, noise: int) -> None:
    """With noise, what a person sees lies behind more than is looked at first, and among many public data sets."""
    chance = random.Random(1)
    people = [desk.person(name) for name in ("ada", "bob", "cleo")] + [desk.person("root", operator=True)]
    projects = {desk.project(*chance.sample(people[:3], 2)): None for _ in range(3)}
    datasets = [desk.dataset(*chance.sample(people[:3], 2)) for _ in range(3)]
    tasks: list[tuple[Person, NewTask, Task]] = []
    for number in range(120):
        who = chance.choice(people)
        purpose = chance.choice(list(Purpose))
        new = NewTask(
            purpose=purpose,
            purpose_id=chance.choice(datasets) if purpose is Purpose.DATASET else f"thing-{number % 7}",
            project=chance.choice([None, *projects]),
            removal=chance.random() < 0.3,
            context=chance.choice([None, "a", "b"]),
        )
        with desk.begin() as tx:
            tasks.append((who, new, desk.tasks.begin(tx, who.id, new)))
    done = [task for _, _, task in tasks if chance.random() < 0.5]
    finish(desk, *done)
    stranger = desk.person("stranger")
    with desk.begin() as tx:
        tx.execute(_PUBLIC, {"many": 5 * noise})
        desk.tasks.begin_many(tx, [(stranger.id, NewTask(purpose=Purpose.FILE, purpose_id="noise"))] * noise)

    with desk.begin() as tx:
        allowed = {
            (who.id, kind, thing): desk.access.may(tx, who.caller, permission, Thing(kind=kind, id=thing))
            for who in people
            for kind, permission, things in (
                (Kind.PROJECT, Permission.PROJECT_READ, projects),
                (Kind.DATASET, Permission.DATASET_READ, datasets),
            )
            for thing in things
        }

    def expected(who: Person, wanted: TaskFilter) -> list[str]:
        def fits(asker: Person, new: NewTask, task: Task) -> bool:
            may_project = new.project is not None and allowed[who.id, Kind.PROJECT, new.project]
            may_dataset = new.purpose is Purpose.DATASET and allowed[who.id, Kind.DATASET, new.purpose_id]
            return (
                (who.caller.operator or asker is who or may_project or may_dataset)
                and new.purpose in wanted.purposes
                and not (wanted.exclude_done and task in done)
                and not (wanted.exclude_removal and new.removal)
                and (wanted.project is None or (new.project == wanted.project and may_project))
                and wanted.about in (None, new.purpose_id)
                and wanted.context in (None, new.context)
            )

        return sorted((task.id for asker, new, task in tasks if fits(asker, new, task)), reverse=True)

    noisy = {Purpose.FILE} if noise else set()
    for _ in range(60):
        wanted = TaskFilter(
            purposes=frozenset(chance.sample(list(Purpose), chance.randint(1, 4))) - noisy,
            exclude_done=chance.random() < 0.4,
            exclude_removal=chance.random() < 0.4,
            project=chance.choice([None, None, None, *projects]),
            about=chance.choice([None, None, None, "thing-3", datasets[0]]),
            context=chance.choice([None, None, None, "a"]),
        )
        for who in people:
            filters = {name: getattr(wanted, name) for name in TaskFilter.__dataclass_fields__}
            assert seen(desk, who.caller, limit=chance.choice([3, 50]), **filters) == expected(who, wanted), wanted


def remove(desk: Desk, caller: Caller, task: Task) -> type[FieldstationError] | None:
    try:
        with desk.begin() as tx:
            desk.tasks.remove(tx, caller, task.id)
    except FieldstationError as error:
        return type(error)
    return None


def test_only_who_asked_removes_a_task_and_only_when_it_is_done(
    desk: Desk, ada: Person, bob: Person, root: Person
) -> None:
    task = desk.task(ada, project=desk.project(ada, bob), work="any")
    cleo = desk.person("cleo")
    assert remove(desk, ada.caller, task) is Conflict
    finish(desk, task)
    assert remove(desk, cleo.caller, task) is NotFound
    assert remove(desk, bob.caller, task) is remove(desk, root.caller, task) is Forbidden
    assert remove(desk, replace(ada.caller, scopes=frozenset({Permission.PROJECT_READ})), task) is Forbidden
    assert remove(desk, ada.caller, task) is None
    assert remove(desk, ada.caller, task) is NotFound
    with desk.begin() as tx:
        for table in ("task", "task_state", "task_event", "operation"):
            assert tx.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def left(desk: Desk, tasks: Sequence[Task]) -> list[bool]:
    with desk.begin() as tx:
        kept = {row.id for row in tx.all(text("SELECT id FROM task"))}
    return [task.id in kept for task in tasks]


def test_tasks_that_were_done_long_ago_are_forgotten(desk: Desk, ada: Person) -> None:
    tasks = [desk.task(ada) for _ in range(4)]
    finish(desk, *tasks[:3])
    with desk.begin() as tx:
        for task, days in zip(tasks, (401, 500, 399), strict=False):
            query = "UPDATE task SET done_at = station_now() - :days * interval '1 day' WHERE id = :id"
            tx.execute(text(query), {"days": days, "id": task.id})
        tx.execute(text("UPDATE task SET created_at = station_now() - interval '900 days'"))
        assert desk.tasks.tidy(tx)
        assert not desk.tasks.tidy(tx)
    assert left(desk, tasks) == [False, False, True, True]


def test_long_lists_of_events_are_forgotten_a_few_tasks_at_a_time(desk: Desk, ada: Person) -> None:
    tasks = [desk.task(ada) for _ in range(3)]
    finish(desk, *tasks)
    with desk.begin() as tx:
        tx.execute(text("UPDATE task SET events = 40000, done_at = station_now() - interval '500 days'"))
        assert desk.tasks.tidy(tx)
        assert tx.scalar(text("SELECT count(*) FROM task")) == 1
        assert desk.tasks.tidy(tx)
        assert not desk.tasks.tidy(tx)
