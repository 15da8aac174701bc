"""The ledger: accounts, transfers, and the proof that what is kept of them agrees.

Balances are kept by the database itself, in the statement that inserts transfers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.accounting.model.ledger import Transfer
from fieldstation.db import Tx

_ACCOUNTS = text("""
    INSERT INTO ledger_account (product, kind)
    SELECT DISTINCT product COLLATE "C", kind COLLATE "C"
      FROM unnest(cast(:products AS text[]), cast(:kinds AS text[])) AS wanted (product, kind)
     WHERE NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.product = wanted.product COLLATE "C"
                          AND a.kind = wanted.kind COLLATE "C")
     ORDER BY 1, 2
    ON CONFLICT (product, kind) DO NOTHING
""")
_POST = text("""
    INSERT INTO ledger_transfer (reference, debit, credit, amount, day)
    SELECT w.reference, d.id, c.id, w.amount, w.day
      FROM unnest(cast(:references AS text[]), cast(:products AS text[]), cast(:debits AS text[]),
                  cast(:credits AS text[]), cast(:amounts AS numeric[]), cast(:days AS date[]))
           AS w (reference, product, debit, credit, amount, day)
      JOIN ledger_account d ON d.product = w.product COLLATE "C" AND d.kind = w.debit COLLATE "C"
      JOIN ledger_account c ON c.product = w.product COLLATE "C" AND c.kind = w.credit COLLATE "C"
     ORDER BY w.reference COLLATE "C"
    ON CONFLICT (reference) DO NOTHING
    RETURNING reference
""")
_POSTED = text("""
    SELECT t.reference, d.product, d.kind AS debit, c.kind AS credit, t.amount
      FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit JOIN ledger_account c ON c.id = t.credit
     WHERE t.reference = ANY(:references)
""")
_STILL = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_MOST = 20  # of each fault are named
_SIDES = """(SELECT debit AS account, day, amount FROM ledger_transfer
             UNION ALL SELECT credit, day, -amount FROM ledger_transfer) side"""
_FAULTS: Mapping[str, str] = {
    "account {account} of {product} says {kept} coins, its transfers come to {found}": f"""
        SELECT a.kind AS account, a.product, a.balance AS kept, coalesce(s.found, 0) AS found
          FROM ledger_account a
          LEFT JOIN (SELECT account, sum(amount) AS found FROM {_SIDES} GROUP BY account) s ON s.account = a.id
         WHERE a.balance <> coalesce(s.found, 0)""",
    "account {account} of {product} says {kept} coins for {day}, its transfers come to {found}": f"""
        SELECT a.kind AS account, a.product, s.day, coalesce(s.kept, 0) AS kept, coalesce(s.found, 0) AS found
          FROM (SELECT coalesce(k.account, f.account) AS account, coalesce(k.day, f.day) AS day, k.amount AS kept,
                       f.found
                  FROM ledger_day k
                  FULL JOIN (SELECT account, day, sum(amount) AS found FROM {_SIDES} GROUP BY account, day) f
                    ON f.account = k.account AND f.day = k.day) s
          JOIN ledger_account a ON a.id = s.account
         WHERE coalesce(s.kept, 0) <> coalesce(s.found, 0)""",
    "transfer {reference} goes from {credit_of} to {product}": """
        SELECT t.reference, d.product, c.product AS credit_of FROM ledger_transfer t
          JOIN ledger_account d ON d.id = t.debit JOIN ledger_account c ON c.id = t.credit
         WHERE d.product <> c.product""",
    "charge {charge} of instance {instance} is {kept} coins, {found} were captured": """
        SELECT c.id AS charge, c.instance, c.coins AS kept, coalesce(t.amount, 0) AS found FROM charge c
          LEFT JOIN ledger_transfer t ON t.reference = 'capture:' || c.instance
         WHERE c.kind = 'processing'
           AND coalesce(t.amount, 0) <> CASE WHEN c.closed_at IS NULL THEN 0 ELSE c.coins END""",
    "charge {charge} of {product} for {day} is {kept} coins, {found} were posted": """
        SELECT c.id AS charge, c.product, c.day, c.coins AS kept, coalesce(t.amount, 0) AS found FROM charge c
          LEFT JOIN ledger_transfer t ON t.reference = 'storage:' || c.product || ':' || c.day
         WHERE c.kind = 'storage'
           AND coalesce(t.amount, 0) <> CASE WHEN c.closed_at IS NULL THEN 0 ELSE c.coins END""",
    "charge {charge} of instance {instance} has a hold of {kept} coins, {found} are set aside": """
        SELECT c.id AS charge, c.instance, c.hold AS kept, coalesce(h.amount, 0) - coalesce(r.amount, 0) AS found
          FROM charge c LEFT JOIN ledger_transfer h ON h.reference = 'hold:' || c.instance
          LEFT JOIN ledger_transfer r ON r.reference = 'release:' || c.instance
         WHERE c.kind = 'processing' AND coalesce(h.amount, 0) - coalesce(r.amount, 0)
               <> CASE WHEN c.closed_at IS NULL THEN c.hold ELSE 0 END""",
    "transfer {reference} belongs to no charge": """
        SELECT t.reference FROM ledger_transfer t
         WHERE NOT EXISTS (SELECT 1 FROM charge c WHERE c.kind = 'processing'
                              AND c.instance = substr(t.reference, strpos(t.reference, ':') + 1))
           AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.kind = 'storage'
                              AND t.reference = 'storage:' || c.product || ':' || c.day)""",
}
_COUNTS = text("SELECT (SELECT count(*) FROM ledger_account) AS accounts, count(*) AS transfers FROM ledger_transfer")


def make_accounts(tx: Tx, transfers: Sequence[Transfer]) -> None:
    """Make the accounts of transfers that are not there."""
    sides = [(one.product, kind) for one in transfers for kind in (one.debit, one.credit)]
    tx.execute(_ACCOUNTS, {"products": [product for product, _ in sides], "kinds": [str(kind) for _, kind in sides]})


def post(tx: Tx, transfers: Sequence[Transfer]) -> set[str]:
    """Insert transfers whose accounts are there; return the references that were not there before."""
    values = {
        "references": [one.reference for one in transfers],
        "products": [one.product for one in transfers],
        "debits": [str(one.debit) for one in transfers],
        "credits": [str(one.credit) for one in transfers],
        "amounts": [one.amount for one in transfers],
        "days": [one.day for one in transfers],
    }
    return {row.reference for row in tx.all(_POST, values)}


def posted(tx: Tx, references: Sequence[str]) -> Mapping[str, Any]:
    """Read what was posted for these references."""
    return {row.reference: row for row in tx.all(_POSTED, {"references": list(references)})}


def stand_still(tx: Tx) -> None:
    """Have this transaction, which did nothing yet, see one moment only, and write nothing."""
    tx.execute(_STILL)


def faults(tx: Tx) -> Sequence[str]:
    """Return what does not agree, in words; at most some of each kind."""
    found: list[str] = []
    for words, query in _FAULTS.items():
        rows = tx.all(text(f"{query} LIMIT {_MOST}"))
        found += [words.format(**row._asdict()) for row in rows]
    return found


def counts(tx: Tx) -> tuple[int, int]:
    """Return how many accounts and transfers there are."""
    row = tx.one(_COUNTS)
    return row.accounts, row.transfers
