"""The process in which lambdas are evaluated: one batch a line of JSON, answered with a line, until its input ends."""

from collections.abc import Mapping
from typing import Any

from fieldstation.gateways.lambdas.evaluate import evaluate
from fieldstation.gateways.lambdas.grammar import Refused, read
from fieldstation.kernel.confined import serve

_WARMING = (
    "lambda x: __import__('datetime').datetime.strptime('2024-01-01', '%Y-%m-%d').isoformat()",
    "lambda x: __import__('re').sub('a', '{}'.format(x), 'a')",
    "lambda x: 1 / 0",
)


def _answer(order: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        tree = read(order["text"])
        return {"value": evaluate(tree, order["value"])} if "value" in order else {}
    except Refused as error:
        return {"fault": str(error)}
    except MemoryError:
        return {"fault": "it takes too much memory"}
    except Exception as error:  # noqa: BLE001  whatever a lambda does, the next one is evaluated
        return {"fault": f"it fails: {type(error).__name__}: {error}"[:500]}


if __name__ == "__main__":
    serve(_answer, [{"text": text, "value": "x"} for text in _WARMING])
