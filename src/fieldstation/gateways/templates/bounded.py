"""Templates expanded in a bounded child process."""

import json
from collections.abc import Sequence

from fieldstation.kernel.bounded import BoundedChild
from fieldstation.ports.templates import Expanded, Template

_SECONDS = 2.0  # for one batch
_START_SECONDS = 30.0  # for the child, on a busy machine
_BATCHES = 2_000  # after so many a fresh process begins
_MODULE = "fieldstation.gateways.templates.child"


class BoundedTemplates:
    """Expands templates in a child process that has no environment, writes no files, and lives until `close`.

    A batch that takes longer than `seconds` is given up, and the child with it. Safe to use from several threads.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._child = BoundedChild(_MODULE, seconds=seconds, start_seconds=_START_SECONDS, orders=_BATCHES)

    def expand(self, templates: Sequence[Template]) -> Sequence[Expanded]:
        """Return what becomes of each; of all of a batch that is given up, that it was."""
        if not templates:
            return []
        orders = [
            {"text": one.text, "values": one.values, "free": sorted(one.free), "command": one.command}
            for one in templates
        ]
        answer = self._child.ask(json.dumps(orders).encode() + b"\n")
        if answer is None:
            fault = f"it takes more than {self._child.seconds:g} seconds, or too much memory"
            return [Expanded(fault=fault) for _ in templates]
        return [Expanded(**{**one, "arguments": tuple(one.get("arguments", ()))}) for one in json.loads(answer)]

    def close(self) -> None:
        """End the child."""
        self._child.close()
