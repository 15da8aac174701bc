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

    What takes longer than `seconds` is given up, and the child with it. Safe to use from several threads.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._child = BoundedChild(_MODULE, seconds=seconds, start_seconds=_START_SECONDS, orders=_BATCHES)

    def evaluate(self, calls: Sequence[Call]) -> Sequence[Evaluated]:
        """Return what each gives; of one that is given up, that it was, and none behind it is evaluated."""
        return [
            Evaluated(value=one.get("value"), fault=one.get("fault"))
            for one in self._asked([{"text": call.text, "value": call.value} for call in calls])
        ]

    def examine(self, texts: Sequence[str]) -> Sequence[str | None]:
        """Return what is wrong with each; None where nothing is."""
        return [one.get("fault") for one in self._asked([{"text": text} for text in texts])]

    def _asked(self, orders: Sequence[Any]) -> Sequence[Any]:
        """Return the answers; where a batch is given up, each is asked alone, so that the one at fault is named."""
        if not orders:
            return []
        answers = self._batch(orders)
        if answers is not None:
            return answers
        made: list[Any] = []
        for order in orders:
            alone = self._batch([order]) if len(orders) > 1 else None
            if alone is None:
                given_up = {"fault": f"it takes more than {self._child.seconds:g} seconds, or too much memory"}
                left = len(orders) - len(made) - 1
                return [*made, given_up, *[{"fault": "it was not evaluated, as one before it was given up"}] * left]
            made += alone
        return made

    def _batch(self, orders: Sequence[Any]) -> Sequence[Any] | None:
        answer = self._child.ask(json.dumps(orders).encode() + b"\n")
        answers: Sequence[Any] | None = None if answer is None else json.loads(answer)
        return answers

    def close(self) -> None:
        """End the child."""
        self._child.close()
