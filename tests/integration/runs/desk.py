"""All services of runs over a real database, with no engine and no loop: each step is taken by the test."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from fieldstation.core.datasets.model import Destination, FileEntry, NewDataset, NewVersion, Version
from fieldstation.core.people.model import EVERYONE, Caller, Kind, Permission, Role, Thing
from fieldstation.core.people.service import NewUser
from fieldstation.core.projects.service import NewProject
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import (
    Attempt,
    Claim,
    Collectable,
    Exit,
    Holder,
    Run,
    Submission,
    SubmitKey,
    Verdict,
)
from fieldstation.core.runs.model.verdict import Evidence, judge
from fieldstation.core.runs.service.collect import Collected, version_of
from fieldstation.core.runs.service.dispatch import Dispatching, Refusal
from fieldstation.core.runs.service.watch import Watching, due, pending
from fieldstation.db import Database, Tx, outbox
from fieldstation.settings import load_settings
from fieldstation.wiring.features import build_collecting, build_features
from fieldstation.wiring.storages import build_storages

ENGINE = "paper"
_COLUMNS = text("SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = 'run'")
_SHIFT = text("SELECT set_config('fieldstation.time_shift', :shift, true)")

TOOL = """
kind: Tool
name: {name}
version: 1.0.0
image: "host:"
command: [/bin/sh, -c, "true"]
parameters: {{type: object, properties: {{count: {{type: integer, default: 1}}, name: {{type: string}}}}}}
inputs: {{data: {{required: false, many: true}}}}
outputs: {{all: {{glob: "**", required: false}}}}
limits: {{soft_seconds: 600, hard_seconds: 900}}
"""


def holder(name: str, lease_seconds: float = 15.0) -> Holder:
    """Return somebody who claims."""
    return Holder(engine=ENGINE, name=name, lease_seconds=lease_seconds)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user and what they may."""

    caller: Caller

    @property
    def space(self) -> str:
        """The id of their own project."""
        return self.caller.space

    def narrowed(self, *scopes: Permission) -> Caller:
        """Return the caller as with a token of these scopes."""
        return replace(self.caller, scopes=frozenset(scopes))


class Desk:
    """Everything that runs go through, one step at a time. `later` seconds lie between real time and the desk's."""

    def __init__(self, database: Database, folder: Path) -> None:
        settings = load_settings(data=folder, reserve_bytes=0)
        self.database = database
        storages = build_storages(settings)
        self.store = storages.store
        self.features = build_features(settings, storages, {}, "https://station.example")
        self.dispatching = Dispatching(self.features.outbox, self.features.rights)
        self.watching = Watching(self.features.outbox)
        self.collecting = build_collecting(self.features)
        self.later = 0.0

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Open a transaction at the desk's time."""
        with self.database.begin() as tx:
            if self.later:
                tx.execute(_SHIFT, {"shift": f"{self.later} seconds"})
            yield tx

    def person(self, username: str, *, operator: bool = False) -> Person:
        """Make a user."""
        with self.begin() as tx:
            user = self.features.people.create_user(tx, NewUser(username=username, operator=operator))
        principals = (EVERYONE, user.principal)
        caller = Caller(
            user_id=user.id, username=username, principal=user.principal, principals=principals, operator=operator,
            space=user.space,
        )  # fmt: skip
        return Person(caller=caller)

    def tool(self, person: Person, name: str = "paper-tool", definition: str = TOOL, **fields: str) -> str:
        """Publish a tool and return its name."""
        with self.begin() as tx:
            self.features.tools.publish(tx, person.caller, definition.format(name=name, **fields))
        return name

    def data(self, person: Person, name: str, files: Mapping[str, bytes]) -> Version:
        """Publish files as a new version of a data set, made if it is not there yet."""
        entries = [
            FileEntry(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())
            for path, data in files.items()
        ]
        for data in files.values():
            self.store.put_bytes(data)
        self.store.flush()
        with self.begin() as tx:
            dataset = self.features.use.for_outputs(tx, person.caller, Destination(dataset=name))
            new = NewVersion(dataset_id=dataset, files=entries, author_id=person.caller.user_id)
            return self.features.datasets.publish(tx, [new])[0]

    def project(self, person: Person, name: str) -> str:
        """Make a project and return its id."""
        with self.begin() as tx:
            return self.features.lifecycles.create(tx, person.caller, NewProject(name=name)).id

    def share(self, kind: Kind, thing: str, person: Person, role: Role = Role.READER) -> None:
        """Give somebody a role on a thing."""
        with self.begin() as tx:
            self.features.people.grant(tx, Thing(kind=kind, id=thing), person.caller.principal, role)

    def dataset(self, person: Person, name: str) -> str:
        """Make an empty data set and return its id."""
        with self.begin() as tx:
            return self.features.datasets.create(tx, person.caller, NewDataset(name=name)).id

    # the steps of a run

    def submit(self, person: Person, tool: str = "paper-tool", key: SubmitKey | None = None, **fields: Any) -> Run:
        """Submit a run; never reused unless asked for."""
        wanted = Submission(**{"tool": tool, "reuse": False, **fields})
        with self.begin() as tx:
            return self.features.submits.submit(tx, person.caller, wanted, key).run

    def show(self, run_id: str) -> Run:
        """Return a run as it is now."""
        with self.begin() as tx:
            return self.features.runs.show(tx, _OPERATOR, run_id)

    def attempts(self, run_id: str) -> Sequence[Attempt]:
        """Return the attempts of a run."""
        with self.begin() as tx:
            return self.features.runs.attempts(tx, _OPERATOR, run_id)

    def events(self, run_id: str) -> list[str]:
        """Return what happened to a run, without the feature's name."""
        with self.begin() as tx:
            return [event.kind.removeprefix("run.") for event in outbox.events_of(tx, run_id)]

    def claim(self, who: Holder | None = None, slots: int = 1) -> Sequence[Claim]:
        """Claim the next runs. Everything that runs takes a slot, so ask for enough of them."""
        with self.begin() as tx:
            return self.dispatching.claim(tx, who or holder("ada"), slots=slots, uids=None)

    def started(self, *claims: Claim) -> set[str]:
        """Record claimed attempts as running; returns those that were still their holder's."""
        with self.begin() as tx:
            return self.dispatching.started(tx, [(claim.attempt_id, claim.fence, "handle") for claim in claims])

    def refuse(self, claim: Claim, reason: Reason, *, again: bool = False) -> bool:
        """Give a claimed attempt up; returns whether it was still its holder's."""
        refusal = Refusal(
            attempt_id=claim.attempt_id, run_id=claim.run_id, number=claim.number, fence=claim.fence, reason=reason,
            again=again,
        )  # fmt: skip
        with self.begin() as tx:
            return bool(self.dispatching.refuse(tx, [refusal]))

    def exited(self, attempt_id: str, exit_code: int | None = 0, *, lost: bool = False, stopped: bool = False) -> None:
        """Record the end of a process."""
        seen = Exit(
            attempt_id=attempt_id, lost=lost, stopped=stopped, exit_code=exit_code, breaches=frozenset(), usage={}
        )
        with self.begin() as tx:
            self.watching.exited(tx, [seen])

    def stops(self) -> dict[str, float]:
        """Record what must be stopped now; returns the grace of each attempt."""
        with self.begin() as tx:
            wanted = list(due(self.watching.running(tx, ENGINE)))
            recorded = self.watching.stopping(tx, wanted) if wanted else set()
        return {stop.attempt_id: stop.grace_seconds for stop in wanted if stop.attempt_id in recorded}

    def stopping(self) -> dict[str, float]:
        """Return the stops recorded so far, with the grace that is left."""
        with self.begin() as tx:
            return {stop.attempt_id: stop.grace_seconds for stop in pending(self.watching.running(tx, ENGINE))}

    def collect(self, who: Holder | None = None, limit: int = 100) -> Sequence[tuple[Collectable, Run]]:
        """Claim what is to be collected."""
        with self.begin() as tx:
            return self.collecting.claim(tx, who or holder("collector"), limit=limit)

    def finish(self, *claimed: tuple[Collectable, Run], files: Sequence[FileEntry] = ()) -> set[str]:
        """End collected attempts by their evidence; returns those that were still their holder's."""
        batch = [
            Collected(item=item, run=run, verdict=verdict_of(item), version=version_of(run, files))
            for item, run in claimed
        ]
        with self.begin() as tx:
            return self.collecting.finish(tx, batch)

    def cancel(self, person: Person, run_id: str) -> Run:
        """Ask for the end of a run."""
        with self.begin() as tx:
            return self.features.cancels.cancel(tx, person.caller, run_id)

    # many steps at once

    def running(self, run: Run) -> Claim:
        """Bring the only queued run to running."""
        (claim,) = self.claim(slots=1000)
        assert claim.run_id == run.id
        assert self.started(claim)
        return claim

    def ends(self, claim: Claim, exit_code: int | None = 0) -> None:
        """Bring a claimed or running attempt to its end, without a trace left at its engine."""
        self.started(claim)
        self.exited(claim.attempt_id, exit_code)
        self.finish(*self.collect())
        with self.begin() as tx:
            self.collecting.released(tx, [claim.attempt_id])

    def collectable(self, run: Run, exit_code: int | None = 0, *, lost: bool = False) -> tuple[Collectable, Run]:
        """Bring the only queued run to collecting, claimed by a collector."""
        claim = self.running(run)
        self.exited(claim.attempt_id, exit_code, lost=lost)
        (claimed,) = self.collect()
        return claimed

    def ended(self, run: Run, exit_code: int | None = 0, *, files: Sequence[FileEntry] = (), lost: bool = False) -> Run:
        """Bring the only queued run through one attempt."""
        assert self.finish(self.collectable(run, exit_code, lost=lost), files=files)
        return self.show(run.id)

    def copies(self, run: Run, count: int, **changes: str) -> None:
        """Make `count` more runs like one there is, without the cost of so many submits; `changes` is SQL by column."""
        with self.begin() as tx:
            columns = str(tx.scalar(_COLUMNS)).split(", ")
            values = {"id": "'run-' || clock_timestamp() || lpad(number::text, 9, '0')", **changes}
            chosen = ", ".join(values.get(column, column) for column in columns)
            tx.execute(
                text(f"""
                    INSERT INTO run ({", ".join(columns)})
                    SELECT {chosen} FROM run, generate_series(1, :count) AS number WHERE run.id = :id
                """),
                {"id": run.id, "count": count},
            )

    def file(self, path: str, data: bytes) -> FileEntry:
        """Put a file into the store and return its entry."""
        stored = self.store.put_bytes(data)
        self.store.flush()
        return FileEntry(path=path, size=stored.size, sha256=stored.sha256)


def verdict_of(item: Collectable) -> Verdict:
    """Judge an attempt by what was recorded of it."""
    stop = Reason(item.stop_reason) if item.stop_reason else None
    return judge(Evidence(lost=item.lost, exit_code=item.exit_code, breaches=item.breaches, stopped_for=stop))


_OPERATOR = Caller(
    user_id="user-0", username="watcher", principal=0, principals=(EVERYONE,), operator=True, space="project-0"
)
