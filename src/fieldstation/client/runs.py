"""Runs of a station: submitting, watching, reading their logs, stopping them."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fieldstation.client.answers import read
from fieldstation.client.figures import Groups, Quote, Usage
from fieldstation.client.multipart import Progress
from fieldstation.client.things import Comparison, Event, Explanation, Json, Run
from fieldstation.client.transport import Transport, at

HELD_SECONDS = 30.0  # for which the station holds one question back
LOG_POLL_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Order:
    """A run as it is asked for; references as people write them (`table-summary@1.0.0`, `weather@3:daily.csv`)."""

    tool: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    output: str | None = None
    unit: str | None = None  # pays for the data set of the output, if it is new
    project: str | None = None
    name: str | None = None
    priority: int | None = None
    reuse: bool = True
    resources: Mapping[str, Json] = field(default_factory=dict)  # `cpu`, `memory_bytes`, `disk_bytes`, `pids`

    def body(self) -> dict[str, Json]:
        """Write the order as the station reads it."""
        body: dict[str, Json] = {
            "tool": self.tool,
            "parameters": dict(self.parameters),
            "inputs": {slot: list(references) for slot, references in self.inputs.items()},
            "reuse": self.reuse,
        }
        optional = {"project": self.project, "name": self.name, "priority": self.priority}
        body |= {name: value for name, value in optional.items() if value is not None}
        body |= {"resources": dict(self.resources)} if self.resources else {}
        output = {
            name: value for name, value in {"dataset": self.output, "unit": self.unit}.items() if value is not None
        }
        return body | ({"output": output} if output else {})


class Runs:
    """Everything about runs."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def submit(self, order: Order, key: str | None = None) -> Run:
        """Queue a run. Repeated with the same `key` it is the same run; without one, a key is made for this call."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return read(Run, self._transport.send("POST", at("runs"), order.body(), headers))

    def quote(self, order: Order) -> Quote:
        """Return what a run would use and get if it were submitted now; refused as the submit would be."""
        return read(Quote, self._transport.send("POST", at("runs", "quote"), order.body()))

    def all(self, **query: str | int | bool | None) -> Iterator[Run]:
        """Yield the runs that the caller may see, newest first.

        `query` narrows by `state`, `reason`, `tool`, `project` (id), `submitted_by` (username), `since`, `until`
        (times as on the wire).
        """
        return self._transport.pages(Run, at("runs"), query)

    def counts(self, **query: str | int | bool | None) -> Groups:
        """Return how many runs there are that `all` would yield, by state and reason."""
        return self._transport.get_as(Groups, at("runs", "counts"), query)

    def usage(self, run_id: str, attempt: int | None = None) -> Usage:
        """Return what an attempt (by default the newest) used over time, so far."""
        return self._transport.get_as(Usage, at("runs", run_id, "usage"), {"attempt": attempt})

    def show(self, run_id: str) -> Run:
        """Return one run."""
        return self._transport.get_as(Run, at("runs", run_id))

    def follow(self, run_id: str) -> Iterator[Event]:
        """Yield what happened to a run, and then each thing as it happens, until the run is final."""
        for event in self._transport.follow(at("runs", run_id, "events")):
            if event.name != "end":
                yield read(Event, event.data)

    def wait(self, run_id: str, timeout: float = float("inf")) -> Run:
        """Return a run once it is final, or as it is when `timeout` seconds are over."""
        ends = time.monotonic() + timeout
        while True:
            held = max(0.0, min(HELD_SECONDS, ends - time.monotonic()))
            answer = self._transport.get(at("runs", run_id), {"wait_seconds": f"{held:.1f}"}, timeout=held + 30)
            run = read(Run, answer)
            if run.final or time.monotonic() >= ends:
                return run

    def log(self, run_id: str, stream: str = "stdout", *, follow: bool = False) -> Iterator[bytes]:
        """Yield what a run wrote so far; with `follow` also what it will write, to its end.

        When the run is tried again, what the next attempt writes comes from its beginning.
        """
        address, offset, attempt = at("runs", run_id, "logs", stream), 0, ""
        while True:
            answer = self._transport.raw(address, {"offset": offset})
            before, attempt = attempt, answer.headers.get("Log-Attempt", "")
            if offset and attempt != before:
                offset = 0
                continue
            offset = int(answer.headers["Log-Next"])
            if answer.content:
                yield answer.content
            elif answer.headers["Log-Over"] == "true" or not follow:
                return
            else:
                time.sleep(LOG_POLL_SECONDS)

    def cancel(self, run_id: str) -> Run:
        """Ask for the end of a run and return it as it is; asking again, or of a final run, changes nothing."""
        return read(Run, self._transport.send("POST", at("runs", run_id, "cancel")))

    def events(self, run_id: str) -> Iterator[Event]:
        """Yield what happened to a run so far, in order."""
        return self._transport.pages(Event, at("runs", run_id, "events"))

    def rerun(self, run_id: str, key: str | None = None) -> Run:
        """Queue the same tool revision, parameters and versions once more; a result is never used again for it."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return read(Run, self._transport.send("POST", at("runs", run_id, "rerun"), headers=headers))

    def compare(self, run_id: str, other: str) -> Comparison:
        """Return how the outputs of two runs that are over differ, file by file."""
        return self._transport.get_as(Comparison, at("runs", run_id, "comparison"), {"other": other})

    def crate(self, run_id: str, file: Path, progress: Progress = lambda _count: None) -> None:
        """Write a run, its tool and its outputs to `file`, as a zipped RO-Crate; nothing is left when it breaks off."""
        part = file.with_name(f".{file.name}.part")
        try:
            with self._transport.stream(at("runs", run_id, "crate")) as answer, part.open("wb") as written:
                for piece in answer.iter_raw():
                    written.write(piece)
                    progress(len(piece))
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)

    def explain(self, run_id: str) -> Explanation:
        """Return why a run waits or failed, and why a result was or was not used again."""
        return self._transport.get_as(Explanation, at("runs", run_id, "explain"))
