"""Answering a question only when there is something to tell, without a thread or a connection that waits."""

from collections.abc import Callable
from typing import TypeVar

from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.hub import Hub

LONGEST_WAIT_SECONDS = 60.0
Seen = TypeVar("Seen")


async def waited(
    call: Call, look: Callable[[Tx, Caller], Seen], hub: Hub, thing: str, seconds: float, over: Callable[[Seen], bool]
) -> Seen:
    """Return what `look` gives once it is `over`, or as it is after so many seconds; news of `thing` has it look."""
    if not seconds:
        return await call(look)
    with hub.watching(thing) as watcher:
        async for seen in watcher.looks(lambda: call(look), seconds):
            if over(seen):
                break
    return seen
