"""A child process that gives up whatever its work does not need, then answers lines with lines."""

import json
import os
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MEMORY_BYTES = 512 << 20  # of address space
_NOBODY = 65534

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def serve(answer: Answer, warming: Sequence[Mapping[str, Any]]) -> None:
    """Answer batches of orders, one a line of JSON, until there are no more.

    `warming` are orders that load whatever is loaded late; after them memory, files, other processes and the rights
    of root are taken away.
    """
    for order in warming:
        answer(order)
    _confine()
    sys.stdout.buffer.write(b"\n")  # ready
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        answers = [answer(order) for order in json.loads(line)]
        sys.stdout.buffer.write(json.dumps(answers).encode() + b"\n")
        sys.stdout.buffer.flush()


def _confine() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (most, most))
