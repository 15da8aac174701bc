"""The parent of the process that expands templates: starts it when it is needed, and ends it when it takes too long."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from fieldstation.ports.templates import Expanded, Template

_SECONDS = 2.0  # for one batch
_START_SECONDS = 30.0  # for the child, on a busy machine
_BATCHES = 2_000  # after so many a fresh process begins
_MOST_BYTES = 16 << 20  # of one answer
_COMMAND = [sys.executable, "-I", "-m", "fieldstation.gateways.templates.child"]


class BoundedTemplates:
    """Expands templates in a child process that has no environment, writes no files, and lives until `close`.

    A batch that takes longer than `seconds` is given up, and the child with it. Safe to use from several threads.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._left = 0
        self._turn = threading.Lock()

    def expand(self, templates: Sequence[Template]) -> Sequence[Expanded]:
        """Return what becomes of each; of all of a batch that is given up, that it was."""
        if not templates:
            return []
        orders = [
            {"text": one.text, "values": one.values, "free": sorted(one.free), "command": one.command}
            for one in templates
        ]
        with self._turn:
            answer = self._ask(json.dumps(orders).encode() + b"\n")
        if answer is None:
            fault = f"it takes more than {self._seconds:g} seconds, or too much memory"
            return [Expanded(fault=fault) for _ in templates]
        return [Expanded(**{**one, "arguments": tuple(one.get("arguments", ()))}) for one in json.loads(answer)]

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def _ask(self, request: bytes) -> bytes | None:
        child = self._started()
        assert child.stdin is not None
        try:
            child.stdin.write(request)
            child.stdin.flush()
            answer = _read(child, self._seconds)
        except BrokenPipeError:
            answer = None
        self._left -= 1
        if answer is None or self._left <= 0:
            self._end()
        return answer

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
            )
            self._left = _BATCHES
            _read(self._child, _START_SECONDS)  # it says when it is there
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            assert self._child.stdin is not None
            with contextlib.suppress(BrokenPipeError):  # what it did not read any more
                self._child.stdin.close()
            with self._child:
                self._child = None


def _read(child: "subprocess.Popen[bytes]", seconds: float) -> bytes | None:
    """Read one line; None when it does not come whole in time."""
    assert child.stdout is not None
    answer, until = bytearray(), time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while not answer.endswith(b"\n"):
            ready = selector.select(max(0.0, until - time.monotonic()))
            piece = os.read(child.stdout.fileno(), 1 << 16) if ready else b""
            answer += piece
            if not piece or len(answer) > _MOST_BYTES:
                return None
    return bytes(answer)
