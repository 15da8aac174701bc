"""A pair as it is published: one JSON document with a name, a version, and both halves."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldstation.core.tools.model.hysds.notes import Notes, read_json
from fieldstation.core.tools.model.hysds.pair import (
    KIND,
    DocumentFile,
    DocumentKind,
    HysdsTool,
    Paired,
    read_pair,
    with_lambdas_tried,
)
from fieldstation.kernel.errors import Problem
from fieldstation.ports.lambdas import Lambdas

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_HALVES = (DocumentKind.SPEC, DocumentKind.IO)


@dataclass(frozen=True, kw_only=True)
class PublishedPair:
    """What became of a document that was sent to be published; `tool` is there when it has no faults."""

    version: str = ""
    tool: HysdsTool | None = None
    faults: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def is_pair(text: str) -> bool:
    """Tell whether a text is such a document, or means to be one."""
    if not text.lstrip().startswith("{"):
        return False
    value = read_json(text, Notes())
    return isinstance(value, dict) and (value.get("kind") == KIND or set(_HALVES) <= set(value))


def read_published(text: str, lambdas: Lambdas) -> PublishedPair:
    """Read such a document. Never raises; waits for a process that looks at the lambdas."""
    notes = Notes()
    value = read_json(text, notes)
    if not isinstance(value, dict) or notes.faults:
        return PublishedPair(faults=tuple(notes.faults) or (Problem(where="/", text="must be a mapping"),))
    name = _label(value, "name", _NAME, notes)
    version = _label(value, "version", _VERSION, notes)
    for key in (*_HALVES,):
        if not isinstance(value.get(key), dict):
            notes.fault(f"/{key}", f"is missing, or no mapping: the {key} itself stands here")
    if notes.faults:
        return PublishedPair(version=version, faults=tuple(notes.faults))
    spec, io = (_half(value, key, name) for key in _HALVES)
    (read,) = with_lambdas_tried([read_pair(Paired(spec=spec, io=io))], lambdas)
    return PublishedPair(
        version=version,
        tool=read.tool,
        faults=tuple(_placed(half, problem) for half, problem in read.faults),
        warnings=tuple(_placed(half, problem) for half, problem in read.warnings),
    )


def _label(value: Mapping[str, Any], key: str, form: re.Pattern[str], notes: Notes) -> str:
    label = value.get(key)
    if isinstance(label, str) and form.fullmatch(label):
        return label
    told = "is missing" if label is None else f"is {str(label)[:60]!r}"
    notes.fault(f"/{key}", f"{told}; it must be letters, digits, dots, hyphens and underscores, at most 100")
    return ""


def _half(value: Mapping[str, Any], kind: DocumentKind, name: str) -> DocumentFile:
    return DocumentFile(file=f"/{kind}", kind=kind, text=json.dumps(value[kind]), name=name)


def _placed(half: str, problem: Problem) -> Problem:
    return Problem(where=half if problem.where == "/" else f"{half}{problem.where}", text=problem.text)
