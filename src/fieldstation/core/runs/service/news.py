"""The events of runs: one per change of state, with the typed reason."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fieldstation.core.runs.model.reasons import MEANINGS, Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Moved
from fieldstation.db.outbox import Event


def run_event(
    run_id: str,
    project_id: str,
    state: State,
    *,
    attempt: int | None = None,
    reason: Reason | None = None,
    text: str | None = None,
) -> Event:
    """Write the change of a run to `state` as an event that the readers of its project may see."""
    body: dict[str, Any] = {"state": state.value}
    if attempt:
        body["attempt"] = attempt
    if reason is not None:
        body["reason"] = reason.value
        body["text"] = MEANINGS[reason].text
    if text:
        body["text"] = f"{body['text']}: {text}" if reason is not None else text
    return Event(kind=f"run.{state.value}", thing=run_id, audience=project_id, body=body)


def end_event(move: Moved, reason: Reason | None, text: str | None) -> Event:
    """Write how an attempt ended, and what its run became: canceled also where it would have been tried again."""
    instead = move.state is State.CANCELED and reason is not Reason.STOPPED_BY_USER
    if instead:
        reason, text = Reason.STOPPED_BY_USER, None
    return run_event(move.run_id, move.project_id, move.state, attempt=move.number, reason=reason, text=text)


def log_events(move: Moved, logs: Mapping[str, Mapping[str, Any]]) -> Iterator[Event]:
    """Write which of an attempt's logs were cut in the middle, and how many bytes of each are not kept."""
    for stream, facts in logs.items():
        if facts.get("dropped_bytes"):
            body = {
                "attempt": move.number,
                "reason": Reason.LOG_LIMIT.value,
                "text": MEANINGS[Reason.LOG_LIMIT].text,
                "stream": stream,
                "dropped_bytes": facts["dropped_bytes"],
            }
            yield Event(kind="run.log_limit", thing=move.run_id, audience=move.project_id, body=body)


def run_events(moves: Iterable[Any], state: State, **extra: Any) -> list[Event]:
    """Write the same change for every run that moved."""
    return [run_event(move.run_id, move.project_id, state, attempt=move.number, **extra) for move in moves]
