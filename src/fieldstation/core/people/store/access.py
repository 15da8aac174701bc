"""The access table: who holds which role on what."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.model import EVERYONE, Kind, Role, Standing, Thing
from fieldstation.db import Tx

# Both halves read the primary key (kind, thing, principal, role): no heap is touched.
_STANDING = text("""
    SELECT EXISTS (SELECT 1 FROM access WHERE kind = :kind AND thing = :thing) AS known,
           ARRAY(SELECT role FROM access
                  WHERE kind = :kind AND thing = :thing AND principal = ANY(cast(:principals AS integer[]))) AS roles
""")
_ROWS_ON = text("""
    SELECT a.thing, a.principal, a.role, p.kind, coalesce(u.username, g.name, o.name, n.name, 'everyone') AS name
      FROM access a
      JOIN principal p ON p.id = a.principal
      LEFT JOIN station_user u ON u.principal = a.principal
      LEFT JOIN station_group g ON g.principal = a.principal
      LEFT JOIN organisation o ON o.principal = a.principal
      LEFT JOIN unit n ON n.principal = a.principal
     WHERE a.kind = :kind AND a.thing = ANY(:things)
     ORDER BY p.kind, name, a.role
""")
_HELD = text("""
    SELECT DISTINCT thing FROM access WHERE kind = :kind AND thing = ANY(:things) AND principal = :principal
""")
_OWNERS = text("""
    SELECT a.principal, p.kind = 'user' AS person FROM access a JOIN principal p ON p.id = a.principal
     WHERE a.kind = :kind AND a.thing = :thing AND a.role = 'owner' ORDER BY a.principal FOR UPDATE OF a
""")
_ADD = text("""
    INSERT INTO access (kind, thing, principal, role) VALUES (:kind, :thing, :principal, :role)
    ON CONFLICT DO NOTHING
    RETURNING principal
""")
_DROP = text("""
    DELETE FROM access WHERE kind = :kind AND thing = :thing AND principal = :principal AND role = ANY(:roles)
    RETURNING role
""")
_FORGET = text("DELETE FROM access WHERE kind = :kind AND thing = :thing")

# A semi-join: PostgreSQL starts from the caller's rows where they are few, from the outer list where they are many.
_SEMI_JOIN = """EXISTS (
    SELECT 1 FROM access seen
     WHERE seen.kind = '{kind}' AND seen.thing = {{thing}}
       AND seen.principal = ANY(cast(:{name} AS integer[])){roles})"""


_HOLDERS = """ARRAY(
    SELECT DISTINCT held.principal FROM access held
     WHERE held.kind = '{kind}' AND held.thing = {{thing}} AND held.role IN ({roles}) ORDER BY 1)"""

# The same for the user of each row, with all that user is now; nobody's token narrows it.
_USER_MAY = """EXISTS (
    SELECT 1 FROM station_user acting
     WHERE acting.id = {{user}} AND acting.suspended_at IS NULL
       AND (acting.operator OR EXISTS (
            SELECT 1 FROM access seen
             WHERE seen.kind = '{kind}' AND seen.thing = {{thing}} AND seen.role IN ({roles})
               AND (seen.principal IN ({everyone}, acting.principal) OR seen.principal IN (
                    SELECT m.principal FROM membership m WHERE m.member = acting.principal)))))"""


def user_may(kind: Kind, roles: frozenset[Role]) -> str:
    """Write the SQL condition that a user, who is not suspended, holds one of `roles` on a thing of `kind`.

    `{user}` in it stands for the column of the user's id, `{thing}` for that of the thing's.
    """
    quoted = ", ".join(f"'{role}'" for role in sorted(roles))
    return _USER_MAY.format(kind=kind.value, roles=quoted, everyone=EVERYONE)


def semi_join(kind: Kind, roles: frozenset[Role] | None, name: str) -> str:
    """Write the SQL condition that a thing of `kind` has an access row for one of the principals bound as `name`.

    `{thing}` in it stands for the column of the thing's id; `roles` None means that any role will do.
    """
    quoted = ", ".join(f"'{role}'" for role in sorted(roles or ()))
    return _SEMI_JOIN.format(kind=kind.value, name=name, roles=f" AND seen.role IN ({quoted})" if quoted else "")


def holders(kind: Kind, roles: frozenset[Role]) -> str:
    """Write the SQL of the array of principals that hold one of `roles` on the thing in `{thing}`."""
    return _HOLDERS.format(kind=kind.value, roles=", ".join(f"'{role}'" for role in sorted(roles)))


def standing(tx: Tx, principals: Sequence[int], thing: Thing) -> Standing:
    """Read how somebody who is `principals` stands to `thing`, in one statement."""
    values = {"kind": thing.kind, "thing": thing.id, "principals": list(principals)}
    row = tx.one(_STANDING, values)
    return Standing(known=row.known, roles=frozenset(Role(role) for role in row.roles))


def rows_on(tx: Tx, kind: Kind, things: Sequence[str]) -> Sequence[Any]:
    """Read all rows on these things: thing, principal, role, kind of principal and its name."""
    return tx.all(_ROWS_ON, {"kind": kind, "things": list(things)})


def held(tx: Tx, kind: Kind, things: Sequence[str], principal: int) -> frozenset[str]:
    """Return those of these things on which `principal` has a role."""
    values = {"kind": kind, "things": list(things), "principal": principal}
    return frozenset(row.thing for row in tx.all(_HELD, values))


def lock_owners(tx: Tx, thing: Thing) -> Mapping[int, bool]:
    """Lock and read who owns `thing`, so that two cannot leave it at once; each with whether that is a person."""
    return {row.principal: row.person for row in tx.all(_OWNERS, {"kind": thing.kind, "thing": thing.id})}


def add(tx: Tx, thing: Thing, principal: int, role: Role) -> bool:
    """Give `principal` a role on `thing` beside those it has; tell whether that changed anything."""
    values = {"kind": thing.kind, "thing": thing.id, "principal": principal, "role": role}
    return tx.scalar(_ADD, values) is not None


def drop(tx: Tx, thing: Thing, principal: int, roles: Collection[Role]) -> Sequence[Role]:
    """Take from `principal` these roles on `thing`; return those it had."""
    values = {"kind": thing.kind, "thing": thing.id, "principal": principal, "roles": list(roles)}
    return [Role(row.role) for row in tx.all(_DROP, values)]


def forget(tx: Tx, thing: Thing) -> None:
    """Take all roles on `thing` from everybody."""
    tx.execute(_FORGET, {"kind": thing.kind, "thing": thing.id})
