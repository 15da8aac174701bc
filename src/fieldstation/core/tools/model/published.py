"""Published tools, as the station answers them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.hysds.pair import HysdsTool
from fieldstation.core.tools.model.jobs import JOB_NAMESPACE
from fieldstation.core.tools.model.squonk.job import Job

HYSDS_NAMESPACE = "hysds"
STATION_NAMESPACE = "native/station"  # for everyone, published by operators and by the station itself


class ToolFormat(StrEnum):
    """Whose words a definition is written in, which also says how it is run."""

    NATIVE = "native"
    HYSDS = "hysds"  # a pair of HySDS documents, which rules and operators start
    SQUONK = "squonk2"  # a job, which works in the directory of a project


def format_of(namespace: str) -> ToolFormat:
    """Return the format of all tools of a namespace."""
    if namespace == HYSDS_NAMESPACE:
        return ToolFormat.HYSDS
    return ToolFormat.SQUONK if namespace.startswith(JOB_NAMESPACE) else ToolFormat.NATIVE


def namespace_of(space: str) -> str:
    """Return the namespace of the tools that belong to a person's own project."""
    return f"native/{space}"


@dataclass(frozen=True, kw_only=True)
class ResolvedTool:
    """What a reference means now: one revision of a native tool, which is what runs."""

    tool_id: str
    namespace: str
    name: str
    version: str
    revision: str
    definition: Definition


@dataclass(frozen=True, kw_only=True)
class ToolVersion:
    """One published version: the text as its author wrote it, when, and by whom (None: by the station itself)."""

    tool_id: str
    namespace: str
    name: str
    version: str
    revision: str
    definition: Definition | Job | HysdsTool
    text: str
    published_at: datetime
    published_by: str | None


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What a publish led to; `made` is False when exactly this was published before."""

    tool: ToolVersion
    made: bool


@dataclass(frozen=True, kw_only=True)
class VersionSummary:
    """One version in a list."""

    version: str
    revision: str
    sort_key: str
    published_at: datetime
    published_by: str | None


@dataclass(frozen=True, kw_only=True)
class ToolSummary:
    """One tool in a list, as its newest version describes it."""

    id: str
    namespace: str
    name: str
    version: str
    title: str
    description: str
    created_at: datetime
