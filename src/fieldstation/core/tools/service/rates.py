"""What the cost of a job comes to in coins, for whoever keeps the books."""

from collections.abc import Sequence
from typing import Any

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.core.people.service.users import usernames
from fieldstation.core.tools.model.jobs import KeptJob, Rate, read_rate, written_rate
from fieldstation.core.tools.service.jobs import Jobs, name_of
from fieldstation.core.tools.store import rates as store
from fieldstation.core.tools.store.tools import LAST
from fieldstation.db import Tx
from fieldstation.db.numbers import numbers_of
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of

NUMBERS = "rate"  # the kind of their numbers
MOST_COMMENT = 80


class Rates:
    """Keeps exchange rates: coins = cost * rate / 1000. Rates are never removed; a job without one costs nothing."""

    def __init__(self, access: Access, jobs: Jobs) -> None:
        self._access = access
        self._jobs = jobs

    def set(self, tx: Tx, caller: Caller, number: int, rate: str, comment: str | None = None) -> KeptJob:
        """Set the rate of a job from now on; for operators. Raises Invalid for what is no rate."""
        self._access.require(caller, Permission.STATION_OPERATE)
        kept = self._jobs.by_number(tx, caller, number)
        read = read_rate(rate)
        if comment is not None and (len(comment) > MOST_COMMENT or not comment.isprintable()):
            raise Invalid(f"a comment has at most {MOST_COMMENT} printable characters", next_step="write it shorter")
        key = name_of(kept.job).key
        values = {"id": new_id("rate"), "job": key, "rate": read, "comment": comment, "created_by": caller.user_id}
        store.insert(tx, values)
        body = {"job": key, "rate": written_rate(read)}
        record(tx, Entry(actor=caller.user_id, deed=Deed.TOOL_RATED, thing=kept.tool_id, body=body))
        return self._jobs.by_number(tx, caller, number)

    def history(self, tx: Tx, caller: Caller, number: int, request: PageRequest) -> Page[Rate]:
        """Return the rates of a job, latest first."""
        kept = self._jobs.by_number(tx, caller, number)
        before = request.after[0] if request.after else LAST
        rows = store.history(tx, name_of(kept.job).key, before, request.limit + 1)
        return page_of(_rates(tx, rows), request, lambda rate: (rate.id,))


def _rates(tx: Tx, rows: Sequence[Any]) -> list[Rate]:
    names = usernames(tx, [row.created_by for row in rows])
    numbers = numbers_of(tx, NUMBERS, [row.id for row in rows])
    return [
        Rate(
            id=row.id,
            number=numbers[row.id],
            rate=row.rate,
            comment=row.comment,
            created_at=row.created_at,
            created_by=names[row.created_by],
        )
        for row in rows
    ]
