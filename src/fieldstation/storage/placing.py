"""Writing small blobs where they will lie; also a program of its own, which does that for a process with more to do.

As a program it imports nothing of ours, so that it starts in some milliseconds. It takes batches from a socket until
the other end is closed: a count, then size and digest of each blob, then their bytes; and answers each batch with the
error number of what went wrong, 0 for nothing.
"""

import contextlib
import io
import os
import socket
import struct
import sys

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
BLOB_MODE = 0o444
COUNT = struct.Struct("<I")
ITEM = struct.Struct("<I64s")
ANSWER = struct.Struct("<i")


class Placer:
    """Writes blobs below `prefix`, and files that take the place of half ones under names that begin with `fresh`.

    A file of less than its size is not (yet) whole and counts for nothing: who meets one, be it another writer's or
    what a crash left, puts a whole one in its place. `masked`: the umask hides new files, so that each
    is told its mode.
    """

    def __init__(self, prefix: str, fresh: str, *, masked: bool) -> None:
        self._prefix = prefix
        self._fresh = fresh
        self._masked = masked
        self._count = 0

    def place(self, sha256: str, data: bytes) -> str:
        """Have the blob lie here whole; returns its path. Three system calls when it is new, two when it is here."""
        target = f"{self._prefix}{sha256[:2]}/{sha256[2:]}"
        try:
            descriptor = os.open(target, NEW, BLOB_MODE)
        except FileExistsError:
            if not has_size(target, len(data)):
                self._replace(target, data)
        else:
            self._fill(descriptor, data)
        return target

    def _replace(self, target: str, data: bytes) -> None:
        self._count += 1
        name = f"{self._fresh}-{os.getpid()}-{self._count}"
        try:
            self._fill(os.open(name, NEW, BLOB_MODE), data)
            os.rename(name, target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise

    def _fill(self, descriptor: int, data: bytes) -> None:
        """Write and close a new file; one that cannot be filled is left empty.

        It is not unlinked: under its name there may be another writer's by now.
        """
        try:
            if self._masked:
                os.fchmod(descriptor, BLOB_MODE)
            write_all(descriptor, data)
        except OSError:
            os.ftruncate(descriptor, 0)
            raise
        finally:
            os.close(descriptor)


def has_size(name: str, size: int) -> bool:
    """Tell whether there is a file of this size: the file systems we know give it to a file after its bytes."""
    try:
        return os.stat(name).st_size == size
    except FileNotFoundError:
        return False


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`."""
    written = os.write(descriptor, data) if data else 0
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])


def serve(batches: socket.socket, placer: Placer) -> None:
    """Place what comes until the other end is closed."""
    with (
        contextlib.suppress(ConnectionError),
        batches,
        io.BufferedReader(socket.SocketIO(batches, "r"), 1 << 20) as stream,
    ):
        while head := stream.read(COUNT.size):
            (count,) = COUNT.unpack(head)
            items = list(ITEM.iter_unpack(stream.read(count * ITEM.size)))
            batches.sendall(ANSWER.pack(_placed(placer, items, stream)))


def _placed(placer: Placer, items: list[tuple[int, bytes]], stream: "io.BufferedReader[socket.SocketIO]") -> int:
    code = 0
    for size, sha256 in items:
        data = stream.read(size)
        if len(data) != size:
            return 0  # the other end is gone, and nobody hears the answer
        try:
            if not code:
                placer.place(sha256.decode(), data)
        except OSError as error:
            code = error.errno or 5
    return code


if __name__ == "__main__":
    handle, prefix, fresh, masked = sys.argv[1:]
    serve(socket.socket(fileno=int(handle)), Placer(prefix, fresh, masked=masked == "1"))
