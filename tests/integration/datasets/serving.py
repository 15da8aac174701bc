"""A real HTTP server in this process, which serves whichever app a test has put in."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server

App = Callable[[Any, Any, Any], Awaitable[None]]


class Serving:
    """Granian, as the station uses it, on a free port of the loopback."""

    def __init__(self) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.app: App | None = None
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="serving", daemon=True)

    def start(self) -> None:
        """Serve; return once connections are taken."""
        self._thread.start()
        for _ in range(200):
            try:
                with closing(socket.create_connection(("127.0.0.1", self.port), timeout=1)):
                    return
            except OSError:
                threading.Event().wait(0.05)
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Stop and wait."""
        assert self._loop
        assert self._server
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(timeout=20)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = Server(
            self._forward, port=self.port, interface=Interfaces.ASGINL, log_enabled=False, websockets=False
        )
        await self._server.serve()

    async def _forward(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.app
        await self.app(scope, receive, send)
