"""Moving bytes between a connection and the store, in threads of its own: slow transfers never starve the core."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect

from fieldstation.core.datasets.service.uploads import disk_full
from fieldstation.kernel.errors import Invalid, Unavailable
from fieldstation.ports.storage import StoreFull

MOVING_THREADS = 32
OUTSIDE_THREADS = 8  # read files that lie in place; those that hang are given up
_PATIENCE_SECONDS = 60.0
BLOCK = 1 << 20
Result = TypeVar("Result")


class Movers:
    """The threads that move bytes; when all are taken, the next transfer waits."""

    def __init__(self) -> None:
        self._threads: anyio.CapacityLimiter | None = None
        self._outside: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run `work` in a moving thread; a full disk becomes the error that says so."""
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(MOVING_THREADS)
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._threads)
        except StoreFull as full:
            raise disk_full(str(full)) from full

    async def run_outside(self, work: Callable[[Callable[[int], None]], Result]) -> Result:
        """Run `work`, which reads files outside the store, in a thread that can be given up.

        `work` gets a function to call with each piece of progress; a minute without any (a mount that hangs) ends in
        Unavailable (`place_hangs`), and its thread is left behind.
        """
        if self._outside is None:
            self._outside = anyio.CapacityLimiter(OUTSIDE_THREADS)
        progress = _Progress()
        working = asyncio.create_task(
            anyio.to_thread.run_sync(lambda: work(progress), abandon_on_cancel=True, limiter=self._outside)
        )
        try:
            return await _patiently(working, progress)
        finally:
            working.cancel()

    async def take_in(self, body: AsyncIterator[bytes], take: Callable[[bytes], None]) -> None:
        """Hand `body` to `take` in blocks of about 1 MiB, reading the next block while one is worked.

        Raises Invalid (`truncated`) when the connection breaks, and whatever `take` raises.
        """
        working: asyncio.Task[None] | None = None
        try:
            async for block in _blocks(body):
                if working:
                    await working
                working = asyncio.create_task(self.run(lambda block=block: take(block)))  # type: ignore[misc]
            if working:
                await working
        except ClientDisconnect:
            raise truncated("the connection ended") from None
        finally:
            if working and not working.done():
                await asyncio.wait([working])


class _Progress:
    """Counts the steps of work in another thread."""

    def __init__(self) -> None:
        self.steps = 0

    def __call__(self, _moved: int) -> None:
        self.steps += 1


async def _patiently(working: "asyncio.Task[Result]", progress: _Progress) -> Result:
    """Wait for work as long as it goes on."""
    seen = -1
    while seen != progress.steps:
        seen = progress.steps
        done, _ = await asyncio.wait({working}, timeout=_PATIENCE_SECONDS)
        if done:
            return working.result()
    raise Unavailable(
        "files outside the station's store cannot be read: their file system does not answer",
        next_step="tell the operator; the same may work once the mount answers again",
        reason="place_hangs",
    )


async def _blocks(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    async for chunk in body:
        waiting.append(chunk)
        size += len(chunk)
        if size >= BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if size:
        yield b"".join(waiting)


def truncated(how: str) -> Invalid:
    """Return the error for a body that ended too early."""
    return Invalid(f"the request ended before all its bytes came: {how}", next_step="send it again", reason="truncated")
