"""What the journals say about how often each run was executed, against what the station knows of its attempts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.acceptance.kill.books import Books
from tests.acceptance.kill.customers import Wanted
from tests.acceptance.kill.journal import Journals, Line
from tests.acceptance.kill.standing import Standing


def wrong_executions(
    standing: Standing, books: Books, journals: Journals, answers: Sequence[tuple[Wanted, str]]
) -> Iterator[str]:
    """Say of every run what does not fit: two lines are right only where the first was of an attempt that got lost."""
    for wanted, run_id in answers:
        attempts = books.attempts[run_id]
        known = {_drawn_by(standing, run_id, attempt.number): attempt for attempt in attempts if attempt.running_at}
        yield from _of_run(books.runs[run_id], attempts, known, journals.take(wanted.journal))


def _of_run(run: Any, attempts: Sequence[Any], known: Mapping[str, Any], lines: Sequence[Line]) -> Iterator[str]:
    told = f"{run.id} ({run.state}, {[(one.number, one.outcome) for one in attempts]}, {len(lines)} lines)"
    if any(line.run != run.id for line in lines):
        yield f"{told}: another run wrote into its journal"
    if len({line.drawn for line in lines}) < len(lines):
        yield f"{told}: one execution wrote twice: {Counter(line.drawn for line in lines)}"
    executed = [known.get(line.drawn) for line in lines]
    if None in executed:
        yield f"{told}: it was executed by no attempt that the station knows to have run"
    numbers = [attempt.number for attempt in executed if attempt is not None]
    if numbers != sorted(set(numbers)):
        yield f"{told}: attempts were executed in the order {numbers}"
    if any(attempt is not None and attempt.outcome != "lost" for attempt in executed[:-1]):
        yield f"{told}: it was executed again, and the execution before was not lost"
    if run.state == "succeeded" and (not executed or executed[-1] is not attempts[-1]):
        yield f"{told}: its last attempt succeeded and is not the one that was executed last"


def _drawn_by(standing: Standing, run_id: str, number: int) -> str:
    """Return the number that an attempt drew, as its own log says it; empty when it did not get so far."""
    with standing.station() as station:
        return station.transport.raw(f"/api/v1/runs/{run_id}/logs/stdout", {"attempt": number}).text.strip()
