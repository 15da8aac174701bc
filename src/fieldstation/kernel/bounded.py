"""A child process that answers a line with a line: started when it is needed, ended when it takes too long."""

import contextlib
import os
import selectors
import subprocess
import sys
import threading
import time

_MOST_BYTES = 16 << 20  # of one answer


class BoundedChild:
    """Asks a Python module of ours that runs with no environment and bounds of its own, until `close`.

    An order that takes longer than `seconds` is given up, and the child with it; after `orders` a fresh one begins.
    Its first line says that it is there; it has `start_seconds` for that. Safe to use from several threads.
    """

    def __init__(self, module: str, *, seconds: float, start_seconds: float, orders: int) -> None:
        self.seconds = seconds
        self._command = [sys.executable, "-I", "-m", module]
        self._start_seconds = start_seconds
        self._orders = orders
        self._child: subprocess.Popen[bytes] | None = None
        self._left = 0
        self._turn = threading.Lock()

    def ask(self, order: bytes) -> bytes | None:
        """Return the answer to one line; None where it did not come whole in time, or the child died of it."""
        with self._turn:
            child = self._started()
            assert child.stdin is not None
            try:
                child.stdin.write(order)
                child.stdin.flush()
                answer = _read(child, self.seconds)
            except BrokenPipeError:
                answer = None
            self._left -= 1
            if answer is None or self._left <= 0:
                self._end()
            return answer

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
            )
            self._left = self._orders
            _read(self._child, self._start_seconds)
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
