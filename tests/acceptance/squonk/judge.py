"""Runs in an environment of its own that has im-data-manager-metadata: reads and writes metadata with that package.

Reads one JSON object from standard input: `{"do": "read", "metadata": …}` answers what the package makes of it,
`{"do": "schema", "dataset": …, "version": …}` the schema that it puts together, `{"do": "write"}` annotations and
labels as it writes them, `{"do": "describe", "files": …, "application": …, "rendered": …, "username": …}` the files
that it writes beside the outputs of a job.
"""

import contextlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from data_manager_metadata import data_tier_api
from data_manager_metadata.metadata import (
    FieldsDescriptorAnnotation,
    LabelAnnotation,
    Metadata,
    ServiceExecutionAnnotation,
)


def describe(request: dict[str, Any]) -> dict[str, Any]:
    """Let it write into a project that has these files; its own lines are kept off ours."""
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(sys.stderr):
        for name, text in request["files"].items():
            Path(place, name).write_text(text)
        made = data_tier_api.create_job_annotations(
            place, request["application"], request["rendered"], request["username"], True
        )
        return {Path(name).name: json.loads(Path(name).read_text()) for name in made}


def answer(request: dict[str, Any]) -> Any:
    """Do what is asked."""
    if request["do"] == "read":
        found = Metadata(**request["metadata"])
        return {"again": found.to_dict(), "labels": found.get_labels(active=True, labels_only=True)}
    if request["do"] == "describe":
        return describe(request)
    if request["do"] == "schema":
        return data_tier_api.get_version_schema(request["dataset"], request["version"])
    fields = {
        "score": {"type": "number", "description": "how well it docks", "required": True},
        "old": {"type": "string", "active": False},
    }
    described = FieldsDescriptorAnnotation("poses.sdf", "What docking wrote", fields)
    service = ServiceExecutionAnnotation(
        "dock", "1.2.0", "ada", "Docking", "Not supplied", {"exhaustiveness": 8}, "", "", {"rank": {"type": "integer"}}
    )
    labels = [LabelAnnotation("#Kind", "dock"), LabelAnnotation("@from", None), LabelAnnotation("plain", "x")]
    return {
        "annotations": [described.to_dict(), service.to_dict()],
        "labels": [label.to_dict() for label in labels],
    }


if __name__ == "__main__":
    print(json.dumps(answer(json.load(sys.stdin))))
