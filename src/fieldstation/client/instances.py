"""Jobs launched in projects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from fieldstation.client.answers import read
from fieldstation.client.things import Instance, Json, Launched
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Coins (decimal) that a launch is expected to cost, after `past` jobs like it."""

    coins: str
    past: int
    rate: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What a launch would come to: its command, and its outputs by name."""

    command: str
    outputs: Mapping[str, Json]
    quote: Quote


@dataclass(frozen=True, kw_only=True)
class JobTitle:
    """A job, whatever its version."""

    collection: str
    job: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job that can be launched in projects; `lacks` says why it cannot now, and `remedy` what to do.

    `doc_url` is where people read about it.
    """

    collection: str
    job: str
    version: str
    title: str
    description: str
    keywords: Sequence[str] = ()
    category: str | None = None
    doc_url: str | None = None
    rate: str | None = None
    lacks: str | None = None
    remedy: str | None = None
    replaces: Sequence[JobTitle] = ()
    replaced_by: Sequence[JobTitle] = ()


@dataclass(frozen=True, kw_only=True)
class JobForm(Job):
    """A job with what a caller fills in, as JSON Schema, and the template of its command."""

    variables: Mapping[str, Json]
    command: str


@dataclass(frozen=True, kw_only=True)
class Callback:
    """Where the states of a job are told, by PUT, and the `context` that goes along.

    A `token`, 22 letters and digits, reads files of the project without a password; `make_token` has one be made.
    """

    url: str
    context: str | None = None
    token: str | None = field(default=None, repr=False)
    make_token: bool = False


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a job is launched: the folder that it starts in, below its own, and who is told of it.

    `debug` has it be kept after its end until it is removed.
    """

    sub_path: str | None = None
    callback: Callback | None = None
    debug: bool = False


_PLAIN = Manner()


class Instances:
    """Everything about launched jobs. A job is named `collection/job@version`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def launch(
        self,
        project: str,
        job: tuple[str, str, str],
        *,
        name: str,
        variables: Mapping[str, Json] | None = None,
        manner: Manner = _PLAIN,
    ) -> Launched:
        """Launch a job (collection, job, version) in a project."""
        body = _body(project, job, name, variables, manner)
        return read(Launched, self._transport.send("POST", at("instances"), body))

    def trial(
        self,
        project: str,
        job: tuple[str, str, str],
        *,
        name: str,
        variables: Mapping[str, Json] | None = None,
        manner: Manner = _PLAIN,
    ) -> Tried:
        """Return what a launch would come to."""
        body = _body(project, job, name, variables, manner)
        return read(Tried, self._transport.send("POST", at("instances", "trial"), body))

    def jobs(self, project: str | None = None) -> Iterator[Job]:
        """Yield the jobs that can be launched, with what each lacks in a project where given."""
        return self._transport.pages(Job, at("jobs"), {"project": project})

    def job(self, job: tuple[str, str, str], project: str | None = None) -> JobForm:
        """Return one job (collection, job, version), with what it lacks in a project where given."""
        return self._transport.get_as(JobForm, at("jobs", *job), {"project": project})

    def all(self, project: str | None = None) -> Iterator[Instance]:
        """Yield launched jobs, newest first, of one project (its id) where given."""
        return self._transport.pages(Instance, at("instances"), {"project": project})

    def show(self, instance: str) -> Instance:
        """Return one."""
        return self._transport.get_as(Instance, at("instances", instance))

    def archive(self, instance: str, *, archived: bool = True) -> None:
        """Keep one for ever, or as long as others."""
        self._transport.send("PATCH", at("instances", instance), {"archived": archived})

    def remove(self, instance: str) -> str:
        """End one and remove it; returns the id of the task that tells when it is gone."""
        return str(self._transport.send("DELETE", at("instances", instance))["task"])


def _body(
    project: str, job: tuple[str, str, str], name: str, variables: Mapping[str, Json] | None, manner: Manner
) -> dict[str, Json]:
    collection, key, version = job
    body: dict[str, Json] = {
        "project": project,
        "name": name,
        "job": {"collection": collection, "job": key, "version": version},
        "variables": dict(variables or {}),
    }
    callback = None if manner.callback is None else _given(asdict(manner.callback))
    return {**body, **_given({"sub_path": manner.sub_path, "callback": callback, "debug": manner.debug or None})}


def _given(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
