"""Serving the station's application from this process, and knowing when it is ready."""

import asyncio
import http.client
import time
from collections.abc import Callable

from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server

from fieldstation.cli.station.stopping import Stopping
from fieldstation.kernel.errors import Broken
from fieldstation.kernel.logs import logger

log = logger(__name__)
_DRAIN_SECONDS = 3.0  # for requests under way; streams that never end are cut then
_POLL_SECONDS = 0.02
_TELL_AFTER_SECONDS = 10.0


def serve(app: FastAPI, host: str, port: int, stopping: Stopping) -> None:
    """Serve until the stop is wished for; requests under way get a few seconds to end."""
    asyncio.run(_serve(app, host, port, stopping))


async def _serve(app: FastAPI, host: str, port: int, stopping: Stopping) -> None:
    server = Server(app, address=host, port=port, interface=Interfaces.ASGI, backlog=1024, log_enabled=False)
    loop = asyncio.get_running_loop()
    serving = asyncio.ensure_future(server.serve())

    def stop() -> None:
        loop.call_soon_threadsafe(server.stop)

    stopping.on_wish(stop)
    while not serving.done() and not stopping.wished:
        await asyncio.wait([serving], timeout=0.1)
    done, _ = await asyncio.wait([serving], timeout=_DRAIN_SECONDS)
    if not done:
        log.info("requests under way are cut")
    elif not stopping.wished:
        serving.result()
        raise Broken(
            "the server of the doors ended by itself", next_step="look at the log before this line", reason="doors"
        )


def await_ready(url: str, stopping: Stopping, ready: Callable[[], None]) -> None:
    """Call `ready` once /readyz answers 200; tells the log when that takes long, and why."""
    began = time.monotonic()
    told = False
    while not stopping.wished:
        status, body = _ask(url)
        if status == http.HTTPStatus.OK:
            ready()
            return
        if not told and time.monotonic() - began > _TELL_AFTER_SECONDS:
            told = True
            log.warning("not ready yet", status=status, body=body)
        stopping.wait(_POLL_SECONDS)


def _ask(url: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()
