"""Instances beside their charges: what does not agree."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text

from fieldstation.db import Tx

_MOST = 20  # of each fault are named
_FAULTS: Mapping[str, str] = {
    "charge {charge} is of instance {instance}, which there is not": """
        SELECT c.id AS charge, c.instance FROM charge c
         WHERE c.kind = 'processing' AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.id = c.instance)""",
    "instance {instance} is over, its charge {charge} is not closed": """
        SELECT c.id AS charge, c.instance FROM charge c JOIN instance i ON i.id = c.instance
         WHERE c.kind = 'processing' AND c.closed_at IS NULL AND i.ended_at IS NOT NULL""",
    "instance {instance} is not over, its charge {charge} is closed": """
        SELECT c.id AS charge, c.instance FROM charge c JOIN instance i ON i.id = c.instance
         WHERE c.kind = 'processing' AND c.closed_at IS NOT NULL AND i.ended_at IS NULL""",
    "instance {instance} came to {found} coins, its charge {charge} says {kept}": """
        SELECT c.id AS charge, c.instance, c.coins AS kept, coalesce(i.coins, 0) AS found
          FROM charge c JOIN instance i ON i.id = c.instance
         WHERE c.kind = 'processing' AND c.coins <> coalesce(i.coins, 0)""",
}


def faults(tx: Tx) -> Sequence[str]:
    """Return what does not agree, in words; at most some of each kind."""
    found: list[str] = []
    for words, query in _FAULTS.items():
        found += [words.format(**row._asdict()) for row in tx.all(text(f"{query} LIMIT {_MOST}"))]
    return found
