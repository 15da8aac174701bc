"""The parent of the process that reads structures: starts it when it is needed, ends it when it takes too long."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fieldstation.kernel.errors import Conflict, Fault, Invalid
from fieldstation.ports.chemistry import Structure

MOST_CHARACTERS = 20_000  # of a structure
_SECONDS = 5.0  # for one order
_START_SECONDS = 60.0  # for the child, on a busy machine
_ORDERS = 5_000  # after so many a fresh process begins
_MOST_BYTES = 16 << 20  # of one answer
_COMMAND = [sys.executable, "-I", "-m", "fieldstation.gateways.molecules.child"]


def release() -> str | None:
    """Return the release of RDKit that is installed; None where there is none."""
    try:
        return version("rdkit")
    except PackageNotFoundError:
        return None


class BoundedChemistry:
    """Reads structures in a child that has no environment, opens no files, and lives until `close`.

    An order that takes longer than `seconds` is given up, and the child with it. Safe to use from several threads.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._left = 0
        self._turn = threading.Lock()

    def molecule(self, text: str) -> Structure:
        """Read a molecule; see the port."""
        return _structure(self._do("molecule", text))

    def pattern(self, text: str) -> Structure:
        """Read a part of molecules; see the port."""
        return _structure(self._do("pattern", text))

    def matches(self, text: str, smiles: Sequence[str]) -> Sequence[bool]:
        """Match molecules; see the port."""
        return [bool(one) for one in self._do("matches", text, smiles=list(smiles))["matches"]]

    def drawing(self, text: str, part: str | None = None) -> str:
        """Draw a molecule; see the port."""
        return str(self._do("drawing", text, part=part)["svg"])

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def _do(self, work: str, text: str, **more: Any) -> Mapping[str, Any]:
        if release() is None:
            raise no_chemistry()
        if not text.strip() or len(text) > MOST_CHARACTERS:
            raise _no_structure(f"it must have between 1 and {MOST_CHARACTERS:,} characters")
        order = json.dumps({"work": work, "text": text, **more}).encode() + b"\n"
        with self._turn:
            answer = self._ask(order)
        if answer is None:
            raise _no_structure(f"it takes more than {self._seconds:g} seconds, or too much memory")
        found: Mapping[str, Any] = json.loads(answer)
        if "fault" in found:
            raise _no_structure(found["fault"])
        return found

    def _ask(self, order: bytes) -> bytes | None:
        child = self._started()
        assert child.stdin is not None
        try:
            child.stdin.write(order)
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
            self._left = _ORDERS
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


def no_chemistry() -> Conflict:
    """Return the error of a station without RDKit."""
    return Conflict(
        "this station does not read molecules: RDKit is not installed beside it",
        next_step="ask its operator for it: pip install 'fieldstation[chemistry]'",
        reason="no_chemistry",
        fault=Fault.OURS,
    )


def _no_structure(fault: str) -> Invalid:
    return Invalid(
        f"the structure cannot be used: {fault}",
        next_step="write a molecule as SMILES or InChI, a part of molecules as SMARTS or SMILES",
        reason="structure",
    )


def _structure(found: Mapping[str, Any]) -> Structure:
    return Structure(
        smiles=found["smiles"],
        inchikey=found["inchikey"],
        morgan=bytes.fromhex(found["morgan"]),
        pattern=bytes.fromhex(found["pattern"]),
    )


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
