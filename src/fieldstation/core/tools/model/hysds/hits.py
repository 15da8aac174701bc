"""What a query found, a rule as it is kept, and the way into a hit."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldstation.core.tools.model.hysds.notes import Notes, kind_of, read_json
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid, Problem

NOBODY: Mapping[str, Json] = {"_id": "none"}  # stands for the hits of a query that nobody needs to ask
_TYPE = re.compile(r"(?:hysds-io-|job-)?([^:]+)(?::(.*))?")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: what it gives to the job that it starts. `document` is the whole record, for what is passed through."""

    document: Mapping[str, Json]
    name: str
    job_name: str | None = None  # of the tool, without what a registry puts around it
    job_version: str | None = None
    queue: str | None = None
    priority: int | None = None
    arguments: Mapping[str, Json] = field(default_factory=dict)
    passes_query: bool | None = None
    enable_dedup: bool | None = None
    username: str | None = None


def read_hits(text: str) -> Sequence[Mapping[str, Json]]:
    """Return the hits of a text: one, a list, or the answer of a search engine. Raises Invalid."""
    value = _read(text, "the hit")
    if isinstance(value, dict) and isinstance(value.get("hits"), dict):
        value = value["hits"].get("hits", [])
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in found):
        raise _malformed("a hit must be a mapping with _index, _id and _source")
    return [one if "_source" in one or "_id" in one else {"_id": one.get("id"), "_source": one} for one in found]


def read_rule(text: str, jobs: Sequence[str] = ()) -> Rule:
    """Return the rule of a text; of an export of many, the one for one of the `jobs`. Raises Invalid."""
    value = _read(text, "the rule")
    if isinstance(value, dict) and "rule_name" not in value and ({"mozart", "grq"} & set(value)):
        value = [one for part in ("grq", "mozart") for one in value.get(part) or []]
    if isinstance(value, list):
        rules = [_rule(one) for one in value]
        suited = [one for one in rules if one.job_name in jobs]
        if len(suited) != 1:
            names = ", ".join(one.name for one in suited[:10]) or "none"
            raise _malformed(f"the file holds {len(rules)} rules, and not just one of them is for these files: {names}")
        return suited[0]
    return _rule(value)


def _rule(value: Any) -> Rule:
    if not isinstance(value, dict):
        raise _malformed(f"a rule must be a mapping, not {kind_of(value)}")
    name = next((value[key] for key in ("rule_name", "name") if isinstance(value.get(key), str)), None)
    if not name:
        raise _malformed("a rule must have a rule_name")
    named = next((str(value[key]) for key in ("job_type", "workflow", "job_spec") if value.get(key)), "")
    found = _TYPE.fullmatch(named)
    return Rule(
        document={**value, **_query(value), "name": name, "rule_name": name},
        name=name,
        job_name=found[1] if found else None,
        job_version=found[2] or None if found else None,
        queue=value.get("queue"),
        priority=_priority(value.get("priority")),
        arguments=_arguments(value.get("kwargs")),
        passes_query=value["passthru_query"] if isinstance(value.get("passthru_query"), bool) else None,
        enable_dedup=value["enable_dedup"] if isinstance(value.get("enable_dedup"), bool) else None,
        username=value.get("username"),
    )


def _query(value: Mapping[str, Any]) -> Mapping[str, Json]:
    """Return the query as it is passed through: with an outer `query`, whatever form the rule keeps it in."""
    query = value.get("query", value.get("query_string"))
    if isinstance(query, str):
        query = _read(query, "the query of the rule")
    if query is None:
        return {}
    return {"query": query if isinstance(query, dict) and "query" in query else {"query": query}}


def _priority(value: Any) -> int | None:
    if value is None:
        return None
    try:
        priority = int(value)
    except (TypeError, ValueError):
        raise _malformed(f"the priority of a rule must be a number from 0 to 9, not {str(value)[:40]!r}") from None
    if not 0 <= priority <= 9:
        raise _malformed(f"the priority of a rule must be from 0 to 9, not {priority}")
    return priority


def _arguments(value: Any) -> Mapping[str, Json]:
    if isinstance(value, str):
        value = _read(value, "kwargs of the rule") if value.strip() else {}
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _malformed(f"kwargs of a rule must be a mapping, not {kind_of(value)}")
    return value


def _read(text: str, what: str) -> Any:
    notes = Notes()
    value = read_json(text, notes)
    if notes.faults:
        raise Invalid(
            f"{what} cannot be read: {notes.faults[0].text}", next_step="mend the file", problems=notes.faults
        )
    return value


def _malformed(text: str) -> Invalid:
    return Invalid(text, next_step="mend the file", problems=[Problem(where="/", text=text)])


class NoWay(Exception):
    """A path cannot be walked; the text says why."""


def walk(hit: Json, path: str) -> Json:
    """Return what lies at a dotted path in a hit; None where nothing does. Raises NoWay.

    An empty path is the whole hit, a number is a place in a list, and nothing is walked behind an empty part.
    """
    value = hit
    for part in path.removeprefix("xpath.").split("."):
        if value is None or part == "":
            return value
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list | str) and _whole(part):
            value = value[int(part)] if -len(value) <= int(part) < len(value) else None
        else:
            raise NoWay(f"{part[:40]!r} of {path[:80]} is asked of {kind_of(value)}")
    return value


def _whole(part: str) -> bool:
    return part.removeprefix("-").isdecimal()


def hit_name(hit: Mapping[str, Json]) -> str:
    """Return the id of a hit, for names."""
    return str(hit.get("_id", "unknown"))


def as_text(value: Json) -> str:
    """Return a value as text, as HySDS puts it on a command line."""
    return value if isinstance(value, str) else json.dumps(value)
