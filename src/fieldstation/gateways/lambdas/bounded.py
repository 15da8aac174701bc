"""Lambdas evaluated in a bounded child process."""

import json
from collections.abc import Sequence
from typing import Any

from fieldstation.kernel.bounded import BoundedChild
from fieldstation.ports.lambdas import Call, Evaluated

_SECONDS = 2.0  # for one batch
_START_SECONDS = 30.0  # for the child, on a busy machine
_BATCHES = 2_000  # after so many a fresh process begins
_MODULE = "fieldstation.gateways.lambdas.child"


class BoundedLambdas:
    """Evaluates lambdas in a child process that has no environment, writes no files, and lives until `close`.

    A batch that takes longer than `seconds` is given up, and the child with it. Safe to use from several threads.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._child = BoundedChild(_MODULE, seconds=seconds, start_seconds=_START_SECONDS, orders=_BATCHES)

    def evaluate(self, calls: Sequence[Call]) -> Sequence[Evaluated]:
        """Return what each gives; of all of a batch that is given up, that it was."""
        return [
            Evaluated(value=one.get("value"), fault=one.get("fault"))
            for one in self._asked([{"text": call.text, "value": call.value} for call in calls])
        ]

    def examine(self, texts: Sequence[str]) -> Sequence[str | None]:
        """Return what is wrong with each; None where nothing is."""
        return [one.get("fault") for one in self._asked([{"text": text} for text in texts])]

    def _asked(self, orders: Sequence[Any]) -> Sequence[Any]:
        if not orders:
            return []
        answer = self._child.ask(json.dumps(orders).encode() + b"\n")
        if answer is None:
            fault = (
                f"it, or what is evaluated with it, takes more than {self._child.seconds:g} seconds or too much memory"
            )
            return [{"fault": fault} for _ in orders]
        answers: Sequence[Any] = json.loads(answer)
        return answers

    def close(self) -> None:
        """End the child."""
        self._child.close()
