"""Rights are decided again when work starts and when its result is published: a share taken back counts at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from fieldstation.core.people.model import Permission
from fieldstation.core.people.service import Access
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.store import rights as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Forbidden

_REASONS = {"project": Reason.NOT_ALLOWED, "output": Reason.OUTPUT_DATASET_GONE, "input": Reason.INPUT_UNREADABLE}


class Rights:
    """Decides for runs what their submitters may still do."""

    def __init__(self, access: Access) -> None:
        edit = access.lasting(Permission.DATASET_EDIT)
        run, compute = access.lasting(Permission.PROJECT_RUN), access.lasting(Permission.DATASET_COMPUTE)
        self._before_start = store.before_start(run, edit, compute)
        self._before_end = store.before_end(edit)

    def lost(self, tx: Tx, run_ids: Sequence[str]) -> Mapping[str, tuple[Reason, str | None]]:
        """Return why which of these runs may not start: one reason each, with the inputs it concerns; one statement."""
        found: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in store.lost(tx, self._before_start, run_ids):
            found[row.run_id][row.what].append(f"{row.thing}@{row.number}")
        return {run_id: _first(what) for run_id, what in found.items()}

    def require_output(self, tx: Tx, run_ids: Sequence[str]) -> None:
        """Return when all these runs may write to their data sets; Forbidden otherwise."""
        if store.lost(tx, self._before_end, run_ids):
            raise Forbidden(
                "who submitted may no longer write to the data set",
                next_step="ask its owner, or name another data set",
                reason="role_missing",
            )


def _first(what: Mapping[str, list[str]]) -> tuple[Reason, str | None]:
    name = next(name for name in _REASONS if name in what)
    return _REASONS[name], ", ".join(sorted(set(what[name]))) if name == "input" else None
