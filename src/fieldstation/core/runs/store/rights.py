"""Whether what was allowed at submit is allowed still, for many runs in one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import TextClause, text

from fieldstation.core.people.service.access import Lasting
from fieldstation.db import Tx

_PROJECT, _OUTPUT, _INPUT = "project", "output", "input"


def before_start(run: Lasting, edit: Lasting, compute: Lasting) -> TextClause:
    """Write the statement that finds what runs lost of the rights to their project, output and inputs."""
    return text(f"""
        SELECT r.id AS run_id, '{_PROJECT}' AS what, r.project_id AS thing, 0 AS number
          FROM run r WHERE r.id = ANY(:ids) AND NOT {run.where("r.user_id", "r.project_id")}
        UNION ALL
        SELECT r.id, '{_OUTPUT}', r.output_dataset_id, 0
          FROM run r WHERE r.id = ANY(:ids) AND r.output_dataset_id IS NOT NULL
           AND NOT {edit.where("r.user_id", "r.output_dataset_id")}
        UNION ALL
        SELECT r.id, '{_INPUT}', i.dataset_id, i.number
          FROM run_input i JOIN run r ON r.id = i.run_id
         WHERE i.run_id = ANY(:ids) AND NOT {compute.where("r.user_id", "i.dataset_id")}
    """)


def before_end(edit: Lasting) -> TextClause:
    """Write the statement that finds runs which lost the right to their output."""
    return text(f"""
        SELECT r.id AS run_id, '{_OUTPUT}' AS what, r.output_dataset_id AS thing, 0 AS number
          FROM run r WHERE r.id = ANY(:ids) AND r.output_dataset_id IS NOT NULL
           AND NOT {edit.where("r.user_id", "r.output_dataset_id")}
    """)


def lost(tx: Tx, statement: TextClause, run_ids: Sequence[str]) -> Sequence[Any]:
    """Return (run_id, what, thing, number) of every right that is gone."""
    return tx.all(statement, {"ids": list(run_ids)})
