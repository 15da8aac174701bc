"""The bound of uploads: an asyncio server that hashes with SHA-256 and writes what comes, and nothing else.
Prints the port it listens on; every request's body goes into a new file of the folder given.
"""

import asyncio
import hashlib
import itertools
import os
import sys

_BLOCK = 1 << 20
folder, count = sys.argv[1], itertools.count()


class Sink(asyncio.BufferedProtocol):
    """One connection: a head, then as many bytes as it announces; answered with their digest."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = bytearray(_BLOCK)
        self._head: bytes | None = b""
        self._left = 0
        self._hash = hashlib.sha256()
        self._file = os.open(f"{folder}/{next(count)}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def get_buffer(self, sizehint: int) -> bytearray:
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        data = memoryview(self._buffer)[:nbytes]
        if self._head is not None:
            head, separator, rest = (self._head + bytes(data)).partition(b"\r\n\r\n")
            if not separator:
                self._head = head
                return
            self._left = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            self._head, data = None, memoryview(rest)
        self._hash.update(data)
        os.write(self._file, data)
        self._left -= len(data)
        if not self._left:
            self._transport.write(b"HTTP/1.1 201 Created\r\nContent-Length: 64\r\n\r\n" + self._digest())

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        os.close(self._file)

    def _digest(self) -> bytes:
        return self._hash.hexdigest().encode()


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
