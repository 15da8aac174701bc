"""Runs in an environment of its own that has im-data-manager-metadata: reads and writes metadata with that package.

Reads one JSON object from standard input: `{"do": "read", "metadata": …}` answers what the package makes of it,
`{"do": "schema", "dataset": …, "version": …}` the schema that it puts together, `{"do": "write"}` annotations and
labels as it writes them.
"""

import json
import sys
from typing import Any

from data_manager_metadata import data_tier_api
from data_manager_metadata.metadata import (
    FieldsDescriptorAnnotation,
    LabelAnnotation,
    Metadata,
    ServiceExecutionAnnotation,
)


def answer(request: dict[str, Any]) -> Any:
    """Do what is asked."""
    if request["do"] == "read":
        found = Metadata(**request["metadata"])
        return {"again": found.to_dict(), "labels": found.get_labels(active=True, labels_only=True)}
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
