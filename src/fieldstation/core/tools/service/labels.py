"""Labels of versions that a new publication may move: where they point now, and what is kept of where they did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldstation.core.tools.model.semver import label_key
from fieldstation.core.tools.store import jobs as store
from fieldstation.core.tools.store import tools as tool_store
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a label is to point to: a revision with its document, the text as it was sent, and by whom.

    `described` is what lists show of the tool while this is its newest version.
    """

    name: str
    version: str
    revision: str
    document: Mapping[str, Json]
    text: str
    by: str | None
    described: Mapping[str, Any]


def put_label(tx: Tx, tool_id: str, label: Label) -> bool:
    """Point a label of a tool to a revision, keeping where it pointed; False when it points there already."""
    tool_store.put_revision(tx, label.revision, json.dumps(label.document))
    values = {
        "tool_id": tool_id,
        "version": label.version,
        "revision": label.revision,
        "text": label.text,
        "published_by": label.by,
    }
    there = store.pointed(tx, tool_id, label.version)
    if there is not None and there.revision == label.revision:
        return False
    if there is None:
        tool_store.put_version(tx, {**values, "sort_key": label_key(label.version)})
    else:
        store.move(tx, new_id("past"), values)
    if tool_store.newest(tx, tool_id) == label.version:
        tool_store.point(tx, {"id": tool_id, "name": label.name, "newest": label.version, **label.described})
    return True
