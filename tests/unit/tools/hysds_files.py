"""A job-spec and a hysds-io with something of everything, and what a query finds."""

import json
from pathlib import Path
from typing import Any

SPEC: dict[str, Any] = {
    "command": "/app/run.sh --fixed",
    "params": [
        {"name": "url", "destination": "localize"},
        {"name": "id", "destination": "positional"},
        {"name": "looks", "destination": "positional"},
        {"name": "area", "destination": "context"},
        {"name": "note", "destination": "context"},
        {"name": "rule", "destination": "context"},
        {"name": "query", "destination": "positional"},
    ],
    "disk_usage": "2GB",
    "soft_time_limit": 100,
    "time_limit": 120,
    "imported_worker_files": {
        "$HOME/.netrc": "/root/.netrc",
        "/data": ["/data", "rw"],
        "/etc/a": ["/a"],
        "/b": "/b:ro",
    },
    "dependency_images": [{"container_image_name": "pge:1", "container_image_url": None, "container_mappings": {}}],
    "runtime_options": {"gpus": 1},
    "recommended-queues": ["small"],
    "required-queues": ["system"],
    "post": ["hysds.utils.triage", "site.own"],
    "localize_urls": [{"url": "s3://fixed/a"}],
}
IO: dict[str, Any] = {
    "label": "Try everything",
    "component": "figaro",
    "action-type": "trigger",
    "allowed_accounts": ["ann", "_all"],
    "submission_type": "iteration",
    "params": [
        {"name": "url", "from": "dataset_jpath:_source.urls", "lambda": "lambda u: get_best_url(u)"},
        {"name": "id", "from": "dataset_jpath:_id"},
        {"name": "looks", "from": "submitter", "type": "number", "default": "3", "lambda": "lambda x: int(x)"},
        {"name": "area", "from": "submitter", "type": "region", "optional": True},
        {"name": "note", "from": "value", "value": "it's"},
        {"name": "rule", "from": "passthrough", "value": "always"},
        {"name": "query", "from": "passthrough"},
    ],
}
HIT: dict[str, Any] = {
    "_index": "grq",
    "_id": "it's",
    "_source": {"urls": ["http://a/b", "s3://a/b"], "n": [1, {"m": 2}]},
}
RULE: dict[str, Any] = {
    "rule_name": "first",
    "job_type": "hysds-io-every:v2",
    "queue": "small",
    "priority": 3,
    "kwargs": '{"area": "[1, 2]"}',
    "query_string": '{"match_all": {}}',
}


def written(folder: Path, spec: Any = SPEC, io: Any = IO, name: str = "every") -> list[str]:
    """Write a pair into a folder, and return its files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {f"job-spec.json.{name}": spec, f"hysds-io.json.{name}": io}
    for file, document in made.items():
        (folder / file).write_text(json.dumps(document))
    return [str(folder / file) for file in made]


def written_pair(name: str, version: str, spec: Any, io: Any) -> str:
    """Return a pair as it is sent to a station."""
    return json.dumps({"kind": "HysdsJob", "name": name, "version": version, "job-spec": spec, "hysds-io": io})
