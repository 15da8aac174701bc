"""HySDS documents at the command line: which files they are, what they say, and what they would run."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.tool_files import Unreadable, read_text
from fieldstation.core.tools.model.hysds.form import Submission
from fieldstation.core.tools.model.hysds.hits import Rule, read_hits, read_rule
from fieldstation.core.tools.model.hysds.notes import Notes, read_json
from fieldstation.core.tools.model.hysds.pair import (
    DocumentFile,
    DocumentKind,
    HysdsTool,
    ReadPair,
    beside,
    document_file,
    is_named_so,
    kind_of_document,
    pairs_of,
    read_pair,
    repository_of,
    with_lambdas_tried,
)
from fieldstation.core.tools.model.hysds.resolve import (
    Submitted,
    Unresolved,
    registration_of,
    resolve,
    stand_in_container,
    submission_of,
)
from fieldstation.core.tools.model.hysds.spec import LIMIT_GAP_SECONDS, registered
from fieldstation.gateways.lambdas import BoundedLambdas
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.lambdas import Lambdas

_Entry = dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a caller wants resolved: files with hits and a rule, and how."""

    hit: Annotated[
        list[str] | None, typer.Option("--hit", metavar="FILE", help="HySDS: what the query found; repeat it for more.")
    ] = None
    rule: Annotated[str | None, typer.Option("--rule", metavar="FILE", help="HySDS: the rule that fires.")] = None
    submission: Annotated[
        Submission | None, typer.Option("--submission", help="HySDS: a job for each hit, or one for all.")
    ] = None
    container: Annotated[
        str | None, typer.Option("--container", metavar="FILE", help="HySDS: the registry's record of the container.")
    ] = None
    payload: Annotated[bool, typer.Option("--payload", help="HySDS: print what is hashed as well.")] = False


PAIRS = frozenset({DocumentKind.SPEC, DocumentKind.IO})


def documents_in(files: Sequence[str], kinds: Collection[DocumentKind] = PAIRS) -> tuple[list[DocumentFile], list[str]]:
    """Return the HySDS documents among files, with what lies beside them and belongs to them, and the other files.

    A folder stands for the job-specs and hysds-ios in it.
    """
    found: list[DocumentFile] = []
    others: list[str] = []
    for file in (one for named in files for one in _in_folder(named)):
        document = _document(file)
        if document is None or document.kind not in kinds:
            others.append(file)
        else:
            found.append(document)
    return [*found, *_others_halves(found)], others


def _in_folder(file: str) -> list[str]:
    folder = Path(file)
    inside = sorted(str(one) for one in folder.iterdir() if is_named_so(one.name)) if folder.is_dir() else []
    return inside or [file]


def _document(file: str) -> DocumentFile | None:
    if file == "-":
        return None
    try:
        text = read_text(file)
    except Unreadable:
        return None
    kind = kind_of_document(file, text)
    return None if kind is None else document_file(file, kind, text)


def _others_halves(found: Sequence[DocumentFile]) -> Iterator[DocumentFile]:
    """Yield what lies beside documents that were named alone."""
    for pair in pairs_of(found):
        if pair.spec is None or pair.io is None:
            path = beside(pair.files[0])
            if path is not None and Path(path).is_file() and (other := _document(path)) is not None:
                yield other


def read_documents(
    documents: Sequence[DocumentFile], *, strict: bool, gap_seconds: int = LIMIT_GAP_SECONDS
) -> Sequence[ReadPair]:
    """Return what each pair says, its lambdas tried."""
    read = [read_pair(pair, strict=strict, gap_seconds=gap_seconds) for pair in pairs_of(documents)]
    with closing(BoundedLambdas()) as lambdas:
        return with_lambdas_tried(read, lambdas)


def resolved_entries(
    documents: Sequence[DocumentFile], asked: Asked, lambdas: Lambdas, *, strict: bool = False
) -> list[_Entry]:
    """Return an entry for each job that a rule would start, or for why there is none."""
    if asked.rule is None:
        raise typer.BadParameter("say which rule fires, a file as HySDS keeps it", param_hint="--rule")
    pairs = [read_pair(pair, strict=strict) for pair in pairs_of(documents)]
    entries: list[_Entry] = [
        {"file": file, "error": f"{problem.where} {problem.text}"} for one in pairs for file, problem in one.faults
    ]
    try:
        rule = read_rule(_text(asked.rule), [one.pair.name for one in pairs])
        hits = [hit for text in _hit_texts(asked, documents) for hit in read_hits(text)]
        chosen = _chosen(pairs, rule)
    except Invalid as error:
        return [*entries, {"file": asked.rule, "error": error.text}]
    if not chosen and not entries:
        entries.append({"file": asked.rule, "error": "no job-spec and hysds-io of the files belong together"})
    record = _container(asked, documents)
    for one, tool in chosen:
        order = _order(one, tool, rule, asked, record)
        made = list(_entries(order, hits, lambdas, asked))
        entries += made if record is not None else [{**entry, "stand_in": "container_specification"} for entry in made]
    return entries


def _chosen(pairs: Sequence[ReadPair], rule: Rule) -> list[tuple[ReadPair, HysdsTool]]:
    """Return the pair that a rule names; the only one, where there is no other."""
    sound = [(one, one.tool) for one in pairs if one.tool is not None]
    named = [(one, tool) for one, tool in sound if tool.name == rule.job_name]
    return named or (sound if len(sound) == 1 else [])


def _order(
    read: ReadPair, tool: HysdsTool, rule: Rule, asked: Asked, container: Mapping[str, Json] | None
) -> Submitted:
    version = rule.job_version or tool.version or "unversioned"
    if container is None:
        repository = next((found for one in read.pair.files if (found := _repository(one.file))), tool.name)
        container = stand_in_container(repository, version)
        if (named := registered(tool.spec.document, "container")) is not None:
            container = {**container, "id": named}
    return Submitted(
        tool=tool,
        rule=rule,
        registration=registration_of(tool, rule, container),
        submission=submission_of(tool.io, rule, asked.submission),
    )


def _repository(file: str) -> str | None:
    return repository_of(str(Path(file).resolve()))


def _container(asked: Asked, documents: Sequence[DocumentFile]) -> Mapping[str, Json] | None:
    texts = [one.text for one in documents if one.kind is DocumentKind.CONTAINER]
    if asked.container is not None:
        texts = [_text(asked.container)]
    record = read_json(texts[0], Notes()) if texts else None
    return record if isinstance(record, dict) else None


def _hit_texts(asked: Asked, documents: Sequence[DocumentFile]) -> list[str]:
    return [
        *(_text(file) for file in asked.hit or ()),
        *(one.text for one in documents if one.kind is DocumentKind.HITS),
    ]


def _text(file: str) -> str:
    try:
        return read_text(file)
    except Unreadable as error:
        raise Invalid(f"{file} {error.problem.text}", next_step="name a file that can be read") from None


def _entries(order: Submitted, hits: Sequence[Mapping[str, Json]], lambdas: Lambdas, asked: Asked) -> Iterator[_Entry]:
    iterates = order.submission is Submission.ITERATION
    if not hits and (iterates or order.tool.io.reads_hits):
        raise typer.BadParameter("say what the query found: a file with a hit", param_hint="--hit")
    for place, job in enumerate(resolve(order, hits, lambdas)):
        about: _Entry = {"job": order.tool.name, "hits": [str(hits[place].get("_id"))] if iterates else len(hits)}
        if isinstance(job, Unresolved):
            yield {**about, "error": str(job)}
            continue
        made: _Entry = {
            "params": job.params,
            "command": job.command,
            "localize_urls": job.localize_urls,
            "payload_hash": job.payload_hash,
            "name": job.name,
            "tag": job.tag,
            "queue": job.queue,
            "priority": job.priority,
            "enable_dedup": job.enable_dedup,
        }
        made = {name: value for name, value in made.items() if value is not None}
        yield {**about, **made, **({"payload": job.payload} if asked.payload else {})}
