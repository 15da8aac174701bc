"""Runs inside a sandbox, with nothing but the standard library: leads a Unix socket to a port of the program it starts.

    forward.py SOCKET PORT PROGRAM [ARGUMENT…]

The socket is there once the program listens. It ends as the program ends, which the station's signals reach directly.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence

_LOOK_SECONDS = 0.1
_PIECE = 1 << 16


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(_PIECE):
            target.write(data)
            await target.drain()
        target.write_eof()
    except OSError:
        target.close()


async def _serve(socket: str, port: int) -> None:
    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner, outer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pass(reader, outer), _pass(inner, writer))
        for one in (writer, outer):
            one.close()

    while True:
        try:
            _, probe = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            probe.close()
            break
    server = await asyncio.start_unix_server(lead, socket)
    await server.serve_forever()


async def _run(socket: str, port: int, argv: Sequence[str]) -> int:
    program = await asyncio.create_subprocess_exec(*argv)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
    serving = asyncio.ensure_future(_serve(socket, port))
    code = await program.wait()
    serving.cancel()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(asyncio.run(_run(sys.argv[1], int(sys.argv[2]), sys.argv[3:])))
