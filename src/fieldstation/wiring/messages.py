"""How what is told of instances reaches who follows them: through the database alone, or through a broker."""

from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any

from fieldstation.db import Database
from fieldstation.kernel.parts import Condition, Part
from fieldstation.settings import Settings
from fieldstation.wiring.instances import Instancing
from fieldstation.workers.loop import Loop

Add = Callable[[str, Loop, Callable[[], None]], None]  # kind of event that wakes it, the loop, what ends it
TELLS, HEARS = "watch", "follow"  # the roles


def add_messages(
    database: Database, instancing: Instancing, settings: Settings, roles: Collection[str], add: Add
) -> None:
    """Add the loops that send and hear for these roles."""
    if not {TELLS, HEARS} & set(roles):
        return
    hearing = import_module("fieldstation.workers.hear")  # only here: the doors need none of it, nor its libraries
    woken_by = import_module("fieldstation.core.instances.service.messages").TOLD
    messages, following = instancing.messages, instancing.following
    if settings.amqp_url is None:
        if HEARS in roles:
            hear = hearing.Hear(database, messages, following)
            add(woken_by, Loop("hear", hear.step), hear.close)
        return
    if TELLS in roles:
        post = hearing.Post(database, messages, _broker(settings))
        add(woken_by, Loop("post", post.step), post.close)
    if HEARS in roles:
        receive = hearing.Receive(database, messages, following, _broker(settings))
        add("broker", Loop("receive", receive.step), receive.close)


def broker_parts(settings: Settings) -> tuple[Part, ...]:
    """Look at the broker, where the settings name one: it is never needed to serve requests."""
    if settings.amqp_url is None:
        return ()
    away = _amqp().fault(settings.amqp_url.get_secret_value())
    if away is None:
        return (Part(name="broker", condition=Condition.OK, text="answers"),)
    part = Part(
        name="broker", condition=Condition.DEGRADED, text=away.text, next_step=away.next_step, reason=away.reason
    )
    return (part,)


def _broker(settings: Settings) -> Any:
    assert settings.amqp_url is not None
    return _amqp().AmqpBroker(settings.amqp_url.get_secret_value())


def _amqp() -> Any:
    return import_module("fieldstation.gateways.amqp")  # only where there is a broker
