"""The process in which templates are expanded: one batch a line of JSON, answered with a line, until its input ends."""

from collections.abc import Mapping
from typing import Any

from fieldstation.gateways.templates.expand import expand
from fieldstation.gateways.templates.marks import Malformed, Refused
from fieldstation.kernel.confined import serve

_WARMING = ("{{ a|default('x')|upper }}{% for b in [1] %}{{ b }}{% endfor %}", "{{ a.b }}", "{{ a b }}", "{{ 1 / 0 }}")


def _answer(order: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        text, arguments = expand(order["text"], order["values"], frozenset(order["free"]), command=order["command"])
    except Refused as error:
        return {"fault": str(error), "malformed": isinstance(error, Malformed)}
    except MemoryError:
        return {"fault": "it takes too much memory"}
    except Exception as error:  # noqa: BLE001  whatever a template does, the next one is expanded
        return {"fault": f"the template fails: {type(error).__name__}: {error}"}
    return {"text": text, "arguments": arguments}


if __name__ == "__main__":
    serve(_answer, [{"text": text, "values": {}, "free": [], "command": True} for text in _WARMING])
