"""Runs by what people remember of them: the beginning of the id, words of the name, the tool."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service.access import Visible
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.store.rows import RUN_COLUMNS, run_of
from fieldstation.db import Tx

_NEWEST = 1_000  # runs of one project that are looked through for a tool
_BY_ID = "SELECT r.id FROM run r WHERE r.id >= :first AND r.id < :last AND {visible} ORDER BY r.id DESC LIMIT :limit"
_BY_NAME = "SELECT r.id FROM run r WHERE {names} AND {visible} ORDER BY r.id DESC LIMIT :limit"
_BY_TOOL = """
    SELECT found.id FROM unnest(cast(:tools AS text[])) AS wanted (name) CROSS JOIN LATERAL (
        SELECT r.id FROM run r WHERE r.tool_name = wanted.name ORDER BY r.id DESC LIMIT :limit) found
     ORDER BY found.id DESC LIMIT :limit
"""
_BY_TOOL_OF_PROJECTS = """
    SELECT found.id FROM project p CROSS JOIN LATERAL (
        SELECT newest.id FROM (SELECT r.id, r.tool_name FROM run r WHERE r.project_id = p.id
                                ORDER BY r.id DESC LIMIT :newest) newest
         WHERE newest.tool_name = ANY(cast(:tools AS text[])) ORDER BY newest.id DESC LIMIT :limit) found
     WHERE {visible} ORDER BY found.id DESC LIMIT :limit
"""


def find(tx: Tx, visible: Visible, words: Sequence[str], tools: Sequence[str], limit: int) -> Sequence[Run]:
    """Return the newest runs that are visible and whose id begins with the words, whose name has all of them, or whose
    tool is one of `tools`.

    Ids and names go by their indexes. By its tool a run is found among the newest thousand of its project, by who sees
    all runs among all.
    """
    values: dict[str, Any] = {**visible.values, "limit": limit, "tools": list(tools), "newest": _NEWEST}
    names = []
    for place, word in enumerate(words):
        names.append(f"r.name ILIKE :word_{place}")
        values[f"word_{place}"] = _pattern(word)
    ways = [_BY_NAME.format(names=" AND ".join(names), visible=visible.where("r.project_id"))]
    if len(words) == 1 and words[0].startswith("run-"):
        values |= {"first": words[0], "last": words[0] + "\U0010ffff"}
        ways.append(_BY_ID.format(visible=visible.where("r.project_id")))
    if tools:
        everything = visible.sql == "true"
        ways.append(_BY_TOOL if everything else _BY_TOOL_OF_PROJECTS.format(visible=visible.where("p.id")))
    ids = " UNION ".join(f"({way})" for way in ways)
    query = text(f"SELECT {RUN_COLUMNS} FROM run r WHERE r.id IN ({ids}) ORDER BY r.id DESC LIMIT :limit")
    return [run_of(row) for row in tx.listed(query, values)]


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
