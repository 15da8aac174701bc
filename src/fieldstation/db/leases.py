"""Leases: who may act alone, for how long, and the fence that makes a late holder's writes miss."""

from dataclasses import dataclass

from sqlalchemy import text

from fieldstation.db.database import Tx
from fieldstation.kernel.processes import is_dead

# Whoever draws a fence keeps all others from drawing one for the same name until its row is there. Otherwise one that
# was held up in between could come back, with a fence below that of a holder who came and went meanwhile.
_ACQUIRE = text("""
    WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('lease ' || :name, 0)))
    INSERT INTO lease AS held (name, holder, fence, expires)
    SELECT :name, :holder, nextval('fence'), station_now() + :seconds * interval '1 second' FROM turn
    ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, fence = excluded.fence, expires = excluded.expires
     WHERE held.expires <= station_now()
    RETURNING fence
""")
_RENEW = text("""
    UPDATE lease SET expires = station_now() + :seconds * interval '1 second'
     WHERE name = :name AND holder = :holder AND fence = :fence AND expires > station_now()
    RETURNING fence
""")
_RELEASE = text("DELETE FROM lease WHERE name = :name AND holder = :holder AND fence = :fence")
_HOLDER = text("SELECT holder, fence FROM lease WHERE name = :name")
_PRESENT = text("SELECT holder FROM lease WHERE name = :name AND expires > station_now()")
_VALID = text("""
    SELECT true FROM lease WHERE name = :name AND holder = :holder AND fence = :fence AND expires > station_now()
""")


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right of `holder` to act as `name`; each new holder's `fence` is greater than all before it."""

    name: str
    holder: str
    fence: int
    seconds: float


def acquire(tx: Tx, name: str, holder: str, seconds: float) -> Lease | None:
    """Take the lease if nobody holds it, or its time is over; otherwise None."""
    fence = tx.scalar(_ACQUIRE, {"name": name, "holder": holder, "seconds": seconds})
    return None if fence is None else Lease(name=name, holder=holder, fence=fence, seconds=seconds)


def renew(tx: Tx, lease: Lease) -> bool:
    """Prolong the lease; False means that it was lost and its holder must stop at once."""
    values = {"name": lease.name, "holder": lease.holder, "fence": lease.fence, "seconds": lease.seconds}
    return tx.scalar(_RENEW, values) is not None


def release(tx: Tx, lease: Lease) -> None:
    """Give the lease back, if it is still ours."""
    tx.execute(_RELEASE, {"name": lease.name, "holder": lease.holder, "fence": lease.fence})


def acquire_or_inherit(tx: Tx, name: str, holder: str, seconds: float) -> Lease | None:
    """Take the lease also when its holder is provably dead, without waiting for the end of its time."""
    taken = acquire(tx, name, holder, seconds)
    if taken is not None:
        return taken
    row = tx.one_or_none(_HOLDER, {"name": name})
    if row is None or not is_dead(row.holder):
        return None
    release(tx, Lease(name=name, holder=row.holder, fence=row.fence, seconds=seconds))
    return acquire(tx, name, holder, seconds)


def is_held(tx: Tx, name: str) -> bool:
    """Tell whether anybody holds the lease now who is not provably dead."""
    holder = tx.scalar(_PRESENT, {"name": name})
    return holder is not None and not is_dead(holder)


def holds(tx: Tx, lease: Lease) -> bool:
    """Tell, inside the transaction of a deed, that the lease is still ours."""
    return tx.scalar(_VALID, {"name": lease.name, "holder": lease.holder, "fence": lease.fence}) is not None
