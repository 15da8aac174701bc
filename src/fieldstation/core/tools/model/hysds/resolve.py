"""What a rule, or a person, would run: the values of parameters, the command line, the payload and its hash."""

import copy
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.tools.model.hysds.form import HysdsIo, IoParam, Origin, ParamType, Submission
from fieldstation.core.tools.model.hysds.hits import NOBODY, NoWay, Rule, as_text, hit_name, walk
from fieldstation.core.tools.model.hysds.notes import kind_of
from fieldstation.core.tools.model.hysds.pair import HysdsTool
from fieldstation.core.tools.model.hysds.spec import Destination, JobSpec
from fieldstation.kernel.canonical import Json
from fieldstation.ports.lambdas import Call, Lambdas

NOT_HASHED = ("_disk_usage", "_sciflo_job_num", "_sciflo_wuid")

Hit = Mapping[str, Json]


class Unresolved(Exception):
    """No job can be made of this; the text says which parameter is at fault, and why."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What a registry adds to the documents of a pair: the ids of both, and the record of the container."""

    spec_id: str
    io_id: str
    version: str
    container: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class ResolvedJob:
    """One job that would run."""

    name: str
    params: Mapping[str, Json]
    command: str
    localize_urls: Sequence[Json]
    payload: Mapping[str, Json]
    queue: str | None
    priority: int | None
    tag: str
    enable_dedup: bool

    @property
    def payload_hash(self) -> str:
        """By which the same work is known again."""
        return payload_hash(self.payload)


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A tool that is to be run by a rule, with what a registry added and how many jobs a query leads to."""

    tool: HysdsTool
    rule: Rule
    registration: Registration
    submission: Submission


def payload_hash(payload: Mapping[str, Json]) -> str:
    """Return the MD5 of a payload as HySDS makes it: keys sorted, ASCII only, without what says nothing of the work."""
    counted = {key: value for key, value in payload.items() if key not in NOT_HASHED}
    written = json.dumps(counted, sort_keys=True, ensure_ascii=True)
    return hashlib.md5(written.encode(), usedforsecurity=False).hexdigest()


def resolve(order: Submitted, hits: Sequence[Hit], lambdas: Lambdas) -> Sequence[ResolvedJob | Unresolved]:
    """Return the jobs that the hits lead to, or why one cannot be made; waits for a process that evaluates lambdas."""
    if order.submission is Submission.ITERATION:
        return [_tried(order, [hit], lambdas) for hit in hits]
    return [_tried(order, hits if order.tool.io.reads_hits else (NOBODY,), lambdas)]


def _tried(order: Submitted, hits: Sequence[Hit], lambdas: Lambdas) -> ResolvedJob | Unresolved:
    try:
        return _job(order, values(order, hits, lambdas), hits)
    except Unresolved as error:
        return error


def values(order: Submitted, hits: Sequence[Hit], lambdas: Lambdas) -> Mapping[str, Json]:
    """Return the value of each parameter. Raises Unresolved.

    With one job for all hits, what comes from hits is a list with a value for each; all else is taken once.
    """
    gathers = order.submission is Submission.INDIVIDUAL
    taken: dict[str, list[_Taken]] = {}
    for hit in hits:
        for param in order.tool.io.params:
            gathered = gathers and param.origin is Origin.DATASET
            if gathered or param.name not in taken:
                taken.setdefault(param.name, []).append(_take(param, order.rule, hit, gathered=gathered))
    flat = [one for several in taken.values() for one in several]
    given = iter(_evaluated(flat, lambdas))
    made = {name: [next(given) for _ in several] for name, several in taken.items()}
    return {name: made[name] if several[0].gathered else made[name][0] for name, several in taken.items()}


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """The value of a parameter as it came, before its lambda."""

    param: IoParam
    value: Json
    gathered: bool


def _take(param: IoParam, rule: Rule, hit: Hit, *, gathered: bool) -> _Taken:
    return _Taken(param=param, value=converted(param, _found(param, rule, hit)), gathered=gathered)


def _found(param: IoParam, rule: Rule, hit: Hit) -> Json:
    """Return where a value comes from, in the order that counts: what is written, what is given, the default."""
    if param.fixed:
        return param.value
    value: Json = None
    if param.origin is Origin.SUBMITTER:
        value = rule.arguments.get(param.name)
        value = param.default if value is None else value
    elif param.origin is Origin.PASSTHROUGH:
        value = rule.document.get(param.name)
    elif param.origin is Origin.DATASET:
        try:
            value = walk(hit, param.path)
        except NoWay as error:
            raise Unresolved(f"{param.name}: {error}, where there is nothing to walk") from None
    if value is None:
        if param.optional:
            return ""
        raise Unresolved(f"{param.name}: {_missing(param)}")
    return value


def _missing(param: IoParam) -> str:
    if param.origin is Origin.SUBMITTER:
        return "whoever submits gives no value (kwargs of the rule), and it has no default"
    if param.origin is Origin.PASSTHROUGH:
        return "the rule has nothing of this name to pass through"
    return f"the hit has nothing at {param.path[:120]}"


def converted(param: IoParam, value: Json) -> Json:
    """Return a value as its type reads it. Raises Unresolved."""
    if param.optional and isinstance(value, str) and not value.strip():
        return ""
    if param.type is ParamType.NUMBER:
        return _number(param, value)
    if param.type is ParamType.BOOLEAN:
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return value.lower() == "true"
        raise Unresolved(f"{param.name}: {kind_of(value)} is neither true nor false")
    if param.type is ParamType.REGION and isinstance(value, str):
        try:
            read: Json = json.loads(value)
        except (ValueError, RecursionError):
            raise Unresolved(f"{param.name}: a region must be JSON, not {value[:80]!r}") from None
        return read
    return value


def _number(param: IoParam, value: Json) -> float:
    try:
        read = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Unresolved(f"{param.name}: {str(value)[:80]!r} is not a number") from None
    if not math.isfinite(read):
        raise Unresolved(f"{param.name}: {str(value)[:80]!r} is no number that JSON can carry")
    return read


def _evaluated(taken: Sequence[_Taken], lambdas: Lambdas) -> Sequence[Json]:
    calls = [Call(text=one.param.text, value=one.value) for one in taken if one.param.text is not None]
    given = iter(lambdas.evaluate(calls))
    made: list[Json] = []
    for one in taken:
        if one.param.text is None:
            made.append(one.value)
            continue
        answer = next(given)
        if answer.fault is not None:
            raise Unresolved(f"{one.param.name}: its lambda gives no value: {answer.fault}")
        made.append(answer.value)
    return made


def _job(order: Submitted, params: Mapping[str, Json], hits: Sequence[Hit]) -> ResolvedJob:
    rule, registration = order.rule, order.registration
    payload = made_payload(order.tool.spec, params, registration, rule)
    single = order.submission is Submission.INDIVIDUAL
    kind = registration.io_id.removeprefix("hysds-io-")
    enabled = order.tool.io.enable_dedup if rule.enable_dedup is None else rule.enable_dedup
    command, places = payload["_command"], payload["localize_urls"]
    assert isinstance(command, str)
    assert isinstance(places, list)
    return ResolvedJob(
        name=f"{kind}-{'single_submission' if single else hit_name(hits[0])}".replace(":", "__"),
        params=params,
        command=command,
        localize_urls=places,
        payload=payload,
        queue=rule.queue,
        priority=rule.priority,
        tag=rule.name,
        enable_dedup=enabled,
    )


def made_payload(
    spec: JobSpec, params: Mapping[str, Json], registration: Registration, rule: Rule
) -> Mapping[str, Json]:
    """Return what a worker is handed. Raises Unresolved."""
    document: dict[str, Any] = copy.deepcopy({**spec.document, **_added(registration)})
    context: dict[str, Json] = {}
    positional: list[Json] = []
    kept = document.get("localize_urls")
    places: list[Json] = kept if isinstance(kept, list) else []  # the same list: the document shows what was added
    for param, written in zip(spec.params, document.get("params") or [], strict=True):
        if param.name not in params:
            raise Unresolved(f"{param.name}: the job-spec names it, and no value was found for it")
        value = written["value"] = params[param.name]
        if param.destination is Destination.LOCALIZE:
            _localize(param.name, value, places)
            continue
        context[param.name] = value
        if param.destination is Destination.POSITIONAL:
            positional.append(value)
    payload: dict[str, Json] = {
        "_command": command_line(spec.command, positional),
        "localize_urls": places,
        "_disk_usage": rule.document.get("disk_usage") or spec.document.get("disk_usage"),
        "job_specification": document,
        "container_specification": registration.container,
    }
    payload |= {name: value for name, value in context.items() if name not in payload}
    return payload if "tag" in payload else {**payload, "tag": rule.name}


def _added(registration: Registration) -> Mapping[str, Json]:
    return {
        "id": registration.spec_id,
        "container": registration.container.get("id"),
        "job-version": registration.version,
        "resource": "jobspec",
    }


def _localize(name: str, value: Any, places: list[Json]) -> None:
    """Add the addresses of a value: a text is one, a mapping has one under `url`, a list has several."""
    if isinstance(value, str):
        places.append({"url": value})
    elif isinstance(value, dict) and value.get("url") is not None:
        places.append(value)
    elif isinstance(value, list):
        for one in value:
            _localize(name, one, places)
    else:
        raise Unresolved(f"{name}: {kind_of(value)} is no address, nor has it one under `url`")


def command_line(command: str, positional: Sequence[Json]) -> str:
    """Return the command with its arguments, each in single quotes, as HySDS writes them."""
    quoted = ["'{}'".format(as_text(value).replace("'", "'\"'\"'")) for value in positional]
    return " ".join([command, *quoted])


def submission_of(io: HysdsIo, rule: Rule, asked: Submission | None) -> Submission:
    """Return how many jobs a query leads to: as asked, else as the hysds-io says, else as the rule's query needs."""
    passes = io.passes_query if rule.passes_query is None else rule.passes_query
    return asked or io.submission_for(passes_query=passes)


def registration_of(tool: HysdsTool, rule: Rule, container: Mapping[str, Json]) -> Registration:
    """Return the ids that a registry gave a pair, or would give it: the rule's name for it, else that of its files."""
    version = rule.job_version or tool.version or "unversioned"
    name = rule.job_name or tool.name
    spec_id = str(tool.spec.document.get("id") or f"job-{name}:{version}")
    io_id = str(tool.io.document.get("id") or f"hysds-io-{name}:{version}")
    return Registration(spec_id=spec_id, io_id=io_id, version=version, container=container)


def stand_in_container(repository: str, version: str) -> Mapping[str, Json]:
    """Return a record such as a registry keeps of a container, for where there is none: example address, no digest."""
    name = f"container-{repository}:{version}".lower()
    url = f"s3://s3.example.com/code/{name}.tar.gz"
    return {"id": name, "version": version, "url": url, "digest": "sha256:00", "resource": "container"}
