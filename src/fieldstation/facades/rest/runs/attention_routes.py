"""Routes for what of their own runs people have not looked at yet."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from fieldstation.core.runs.model.attention import MOST_UNREAD, Attention, RunNote
from fieldstation.core.runs.model.reasons import MEANINGS
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.attention import Attentions
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.runs.shapes import ReasonOut
from fieldstation.kernel.clock import wire_time


class ToolNameOut(BaseModel):
    """The tool of a run."""

    name: str
    version: str


class RunNoteOut(BaseModel):
    """A run in a few words."""

    id: str
    name: str | None = None
    tool: ToolNameOut
    state: State
    reason: ReasonOut | None = None
    attempts: int
    created_at: str
    started_at: str | None = None
    ended_at: str | None = None
    unread: bool = Field(description="it ended since you last looked, and you did not look at it itself")


class AttentionOut(BaseModel):
    """What became of the runs that you submitted; each list has a few, newest first."""

    under_way: Sequence[RunNoteOut]
    ended: Sequence[RunNoteOut]
    failed: Sequence[RunNoteOut] = Field(description="failed by what you asked for; you did not look at them yet")
    unread: int = Field(description=f"how many are unread; {MOST_UNREAD} stands for that many or more")
    looked_at: str | None = Field(default=None, description="when you last looked; absent: never")


def attention_router(attentions: Attentions) -> APIRouter:
    """Return the routes of attention."""
    routes = APIRouter(prefix="/attention", tags=["runs"])
    done = HTTPStatus.NO_CONTENT

    @routes.get(
        "",
        operation_id="show_attention",
        summary="See which of your runs are under way, which ended since you last looked, and which need you",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def show(call: CallerCall) -> AttentionOut:
        return _attention_out(await call(attentions.show))

    @routes.post(
        "/look",
        operation_id="look_at_ended",
        summary="Say that you looked at what ended until now",
        status_code=done,
        response_class=Response,
        responses=responses(403),
    )
    async def look(call: CallerCall) -> None:
        await call(attentions.look)

    @routes.put(
        "/runs/{run_id}",
        operation_id="look_at_run",
        summary="Say that you looked at a run",
        description="It counts where you submitted the run and it has ended; otherwise nothing changes.",
        status_code=done,
        response_class=Response,
        responses=responses(403, 404),
    )
    async def see(run_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: attentions.see(tx, caller, run_id))

    return routes


def _attention_out(found: Attention) -> AttentionOut:
    return AttentionOut(
        under_way=[_note_out(note) for note in found.under_way],
        ended=[_note_out(note) for note in found.ended],
        failed=[_note_out(note) for note in found.failed],
        unread=found.unread,
        looked_at=wire_time(found.looked_at) if found.looked_at else None,
    )


def _note_out(note: RunNote) -> RunNoteOut:
    return RunNoteOut(
        id=note.id,
        name=note.name,
        tool=ToolNameOut(name=note.tool_name, version=note.tool_version),
        state=note.state,
        reason=_reason_out(note),
        attempts=note.attempts,
        created_at=wire_time(note.created_at),
        started_at=wire_time(note.started_at) if note.started_at else None,
        ended_at=wire_time(note.ended_at) if note.ended_at else None,
        unread=note.unread,
    )


def _reason_out(note: RunNote) -> ReasonOut | None:
    if note.reason is None:
        return None
    meaning = MEANINGS[note.reason]
    return ReasonOut(
        reason=note.reason, text=meaning.text, fault=meaning.fault, next_step=meaning.next_step, message=note.message
    )
