"""Structured logs: one JSON object a line on stderr, with the request's id carried from door to run."""

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import structlog

request_id: ContextVar[str] = ContextVar("request_id", default="")
Follower = Callable[[str, BaseException, str], None]  # place, error, id of the request or ""
_followers: list[Follower] = []
_PLACES = ("loop", "chore", "route")  # named values that say where an error was met, the outermost first


def configure_logs(level: str = "info", *, human: bool = False) -> None:
    """Send all logs, also those of libraries, to stderr: JSON lines, or coloured text where a person reads."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_request_id,
        _tell_followers,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of one module; call it with an event text and named values."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found


def _add_request_id(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    current = request_id.get()
    if current:
        event.setdefault("request", current)
    return event


def follow_errors(follower: Follower) -> Callable[[], None]:
    """Have `follower` told every exception that is logged as an error from now on; returns what ends that.

    It is called by whoever logs, so it must be quick and must not raise.
    """
    _followers.append(follower)
    return lambda: _followers.remove(follower)


def _tell_followers(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    error = _error_of(event.get("exc_info"))
    if error is not None and event.get("level") in ("error", "critical"):
        places = [f"{name} {event[name]}" for name in _PLACES if name in event]
        for follower in tuple(_followers):
            follower(", ".join(places) or str(event.get("logger", "")), error, str(event.get("request", "")))
    return event


def _error_of(exc_info: Any) -> BaseException | None:
    """Return the exception that a log entry carries, in any of the forms that logging knows."""
    if exc_info is True:
        return sys.exc_info()[1]
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    return error if isinstance(error, BaseException) else None
