"""Jobs that are launched at the desk, and what is told and heard of them."""

import base64
import gzip

from sqlalchemy import text

from fieldstation.core.instances.model.values import Callback, Launch, Launched
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.collect import Collected
from fieldstation.core.tasks.model import TaskState
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.wiring.loops import build_follow
from fieldstation.workers.hear import Hear
from tests.integration.runs.desk import Desk, Person, verdict_of

AT = "2026-11-22T10:00:00+00:00"
NOP = JobName(collection="im-test", job="nop", version="1.0.0")


def launched(
    desk: Desk, person: Person, project: str | None = None, debug: str | None = None, **callback: str | bool
) -> tuple[Launched, Run]:
    """Launch the job that does nothing."""
    launches = desk.features.instancing.launches
    wanted = Launch(
        project=project or person.space,
        name="A job",
        job=NOP,
        debug=debug,
        callback=Callback(**callback),  # type: ignore[arg-type]
    )
    with desk.begin() as tx:
        draft = launches.draft(tx, person.caller, wanted)
    worked = launches.work(draft, desk.features.definitions.templates.expand(draft.templates))
    with desk.begin() as tx:
        made = launches.launch(tx, person.caller, worked)
        found = desk.features.instancing.instances.show(tx, person.caller, made.instance_id)
    return made, desk.show(found.run_id)


class Follower:
    """One who tells what becomes of instances, and one who hears it."""

    def __init__(self, desk: Desk) -> None:
        instancing = desk.features.instancing
        self.tell = build_follow(desk.database, desk.features)
        self.hear = Hear(desk.database, instancing.messages, instancing.following)

    def step(self) -> None:
        self.tell.step()
        while self.hear.step() == 0.0:
            pass

    def close(self) -> None:
        self.tell.close()
        self.hear.close()


def follower(desk: Desk) -> Follower:
    return Follower(desk)


def states(desk: Desk, person: Person, task: str) -> list[TaskState]:
    with desk.begin() as tx:
        tasks = desk.features.tasks
        return [passed.state for passed in tasks.states(tx, tasks.show(tx, person.caller, task))]


def events(desk: Desk, task: str) -> list[str]:
    told = text("SELECT text FROM task_event WHERE task_id = :task ORDER BY ordinal")
    with desk.begin() as tx:
        return [row.text for row in tx.all(told, {"task": task})]


def ended(desk: Desk, run: Run, said: str, exit_code: int = 0) -> None:
    """Bring the only queued run to its end, having said this."""
    item, claimed = desk.collectable(run, exit_code)
    logs = {"stdout": {"gzip": base64.b64encode(gzip.compress(said.encode())).decode()}}
    with desk.begin() as tx:
        desk.collecting.finish(tx, [Collected(item=item, run=claimed, verdict=verdict_of(item), logs=logs)])
