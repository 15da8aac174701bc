"""The process in which templates are expanded: one batch a line of JSON, answered with a line, until its input ends."""

import json
import os
import resource
import sys
from collections.abc import Mapping
from typing import Any

from fieldstation.gateways.templates.expand import expand
from fieldstation.gateways.templates.marks import Malformed, Refused

MEMORY_BYTES = 512 << 20  # of address space
_NOBODY = 65534
_WARMING = ("{{ a|default('x')|upper }}{% for b in [1] %}{{ b }}{% endfor %}", "{{ a.b }}", "{{ a b }}", "{{ 1 / 0 }}")


def _confine() -> None:
    """Take away what an expansion does not need: memory, files, other processes, and the rights of root."""
    for text in _WARMING:  # whatever is loaded late is loaded now
        _answer({"text": text, "values": {}, "free": [], "command": True})
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (most, most))


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


def main() -> None:
    """Answer batches until there are no more."""
    _confine()
    sys.stdout.buffer.write(b"\n")  # ready
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        answers = [_answer(order) for order in json.loads(line)]
        sys.stdout.buffer.write(json.dumps(answers).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
