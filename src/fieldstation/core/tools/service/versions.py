"""Versions of tools, read back in the words of their kind."""

from typing import Any

from fieldstation.core.people.service.users import usernames
from fieldstation.core.tools.model.definition import Definition, read_definition
from fieldstation.core.tools.model.hysds.pair import HysdsTool, read_tool
from fieldstation.core.tools.model.published import ToolFormat, ToolVersion, format_of
from fieldstation.core.tools.model.squonk.job import Job, read_job
from fieldstation.core.tools.store import tools as store
from fieldstation.db import Tx


def published_version(tx: Tx, tool_id: str, label: str) -> ToolVersion:
    """Return one version of a tool that there is; decides nothing."""
    row = store.version(tx, tool_id, label)
    by = row.published_by and usernames(tx, [row.published_by])[row.published_by]
    return ToolVersion(
        tool_id=row.tool_id,
        namespace=row.namespace,
        name=row.name,
        version=row.version,
        revision=row.revision,
        definition=_read(row.namespace, row.definition),
        text=row.text,
        published_at=row.published_at,
        published_by=by,
    )


def _read(namespace: str, document: Any) -> Definition | Job | HysdsTool:
    kind = format_of(namespace)
    if kind is ToolFormat.HYSDS:
        return read_tool(document)
    return read_definition(document) if kind is ToolFormat.NATIVE else read_job(document)
