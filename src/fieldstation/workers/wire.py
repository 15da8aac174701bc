"""Messages about instances as bytes, in the forms that programs made for Squonk2 know (Protocol Buffers, version 3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from google.protobuf.message import DecodeError
from informaticsmatters.protobuf.datamanager.pod_event_message_pb2 import PodEventMessage
from informaticsmatters.protobuf.datamanager.pod_message_pb2 import PodMessage
from informaticsmatters.protobuf.datamanager.processing_cost_message_pb2 import ProcessingCostMessage

from fieldstation.core.instances.model.messages import CostTold, EventTold, Message, PodTold, Told
from fieldstation.core.tasks.model import Level
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

POD, EVENT, COST = "datamanager.PodMessage", "datamanager.PodEventMessage", "datamanager.ProcessingCostMessage"
_MOST_COST = Decimal(10) ** 18
InstanceOf = Callable[[str], str]  # the instance of a task


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message as it travels: the name of its form, and its bytes."""

    form: str
    content: bytes


def write(message: Message) -> Written:
    """Write a message."""
    told, at = message.told, wire_time(message.at)
    if isinstance(told, PodTold):
        return Written(form=POD, content=_pod(message, told, at).SerializeToString())
    if isinstance(told, EventTold):
        event = PodEventMessage(
            timestamp=at,
            task=message.task_id,
            level=told.level.name,
            content=told.text,
            replace_prior_content=told.replace_prior,
        )
        return Written(form=EVENT, content=event.SerializeToString())
    cost = ProcessingCostMessage(
        timestamp=at,
        cost=f"{'+' if told.more else ''}{told.cost:f}",
        sqn=told.sequence,
        instance=told.instance_id,
        eoc=told.over,
    )
    return Written(form=COST, content=cost.SerializeToString())


def read(written: Written, instance_of: InstanceOf) -> Told:
    """Read a message; Invalid for what is none. An event names its task only: `instance_of` says whose that is."""
    reader = _READERS.get(written.form)
    if reader is None:
        raise _wrong(f"{written.form[:100] or 'a message without a type'!r} is no message about instances")
    try:
        return reader(written.content, instance_of)
    except (DecodeError, UnicodeDecodeError):
        raise _wrong(f"a {written.form} cannot be decoded") from None


def _pod(message: Message, told: PodTold, at: str) -> Any:
    return PodMessage(
        timestamp=at,
        pod_name=told.instance_id,
        task=message.task_id,
        phase=told.phase,
        start_timestamp=_time(told.started_at),
        finish_timestamp=_time(told.stopped_at),
        has_exit_code=told.exit_code is not None,
        exit_code=told.exit_code or 0,
        instance=told.instance_id,
    )


def _time(moment: datetime | None) -> str:
    return "" if moment is None else wire_time(moment)


def _read_pod(content: bytes, _instance_of: InstanceOf) -> Told:
    pod = PodMessage.FromString(content)
    return PodTold(
        instance_id=pod.instance, phase=pod.phase, exit_code=_exit_code(pod.exit_code) if pod.has_exit_code else None
    )


def _exit_code(code: int) -> int:
    if code > 0x7FFFFFFF:
        raise _wrong(f"{code} is no exit code")
    return code


def _read_event(content: bytes, instance_of: InstanceOf) -> Told:
    event = PodEventMessage.FromString(content)
    if event.level not in Level.__members__:
        raise _wrong(f"{event.level[:40]!r} is no level of an event")
    return EventTold(
        instance_id=instance_of(event.task),
        level=Level[event.level],
        text=event.content.replace("\0", "\ufffd") or "(blank)",
        replace_prior=event.replace_prior_content,
    )


def _read_cost(content: bytes, _instance_of: InstanceOf) -> Told:
    cost = ProcessingCostMessage.FromString(content)
    try:
        amount = Decimal(cost.cost)
    except InvalidOperation:
        raise _wrong(f"{cost.cost[:40]!r} is no cost") from None
    if not amount.is_finite() or not 0 <= amount < _MOST_COST or not 0 < cost.sqn < 2**31:
        raise _wrong(f"{cost.cost[:40]!r} with the sequence {cost.sqn} is no cost")
    return CostTold(
        instance_id=cost.instance, cost=amount, sequence=cost.sqn, more=cost.cost.startswith("+"), over=cost.eoc
    )


_READERS: Mapping[str, Callable[[bytes, InstanceOf], Told]] = {POD: _read_pod, EVENT: _read_event, COST: _read_cost}


def _wrong(what: str) -> Invalid:
    return Invalid(what, next_step="look who sends messages to this station's broker", reason="message")
