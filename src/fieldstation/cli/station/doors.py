"""Serving the station's application from this process, and knowing when it is ready."""

import asyncio
import http.client
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp

from fieldstation.cli.station.stopping import Stopping
from fieldstation.kernel.errors import Broken
from fieldstation.kernel.logs import logger
from fieldstation.settings import Settings
from fieldstation.wiring.station import Station

log = logger(__name__)
_DRAIN_SECONDS = 3.0  # for requests under way; streams that never end are cut then
_POLL_SECONDS = 0.02
_TELL_AFTER_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Listener:
    """What answers at a port."""

    app: ASGIApp
    host: str
    port: int


def listeners(station: Station, settings: Settings) -> Sequence[Listener]:
    """Return what this station answers at its ports: its doors, and the applications that run here."""
    return [
        Listener(app=station.app, host=settings.host, port=settings.port),
        Listener(app=station.proxy, host=settings.host, port=settings.apps_port),
    ]


def serve(served: Sequence[Listener], stopping: Stopping) -> None:
    """Serve until the stop is wished for; requests under way get a few seconds to end."""
    asyncio.run(_serve([_server(one) for one in served], stopping))


def _server(one: Listener) -> Server:
    return Server(one.app, address=one.host, port=one.port, interface=Interfaces.ASGI, backlog=1024, log_enabled=False)


async def _serve(servers: Sequence[Server], stopping: Stopping) -> None:
    loop = asyncio.get_running_loop()
    serving = [asyncio.ensure_future(server.serve()) for server in servers]

    def stop() -> None:
        for server in servers:
            loop.call_soon_threadsafe(server.stop)

    stopping.on_wish(stop)
    while not any(one.done() for one in serving) and not stopping.wished:
        await asyncio.wait(serving, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
    ended = [one for one in serving if one.done()]
    _, under_way = await asyncio.wait(serving, timeout=_DRAIN_SECONDS)
    if stopping.wished and under_way:
        log.info("requests under way are cut")
    elif not stopping.wished:
        for one in ended:
            one.result()
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
