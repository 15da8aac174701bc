"""What the roles of an outside issuer mean here, as Keycloak tells them: of the realm, and of its clients."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from fieldstation.ports.identity import Level

USUAL = (
    "evaluator=data-manager-evaluator|account-server-evaluator,user=data-manager-user|account-server-user,"
    "admin=data-manager-admin|account-server-admin"
)


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The names of the roles of each level; who has none of them is let in unless one is `required`.

    A name is that of a role of the realm or of a client of the station's own, `CLIENT/ROLE` that of another client.
    """

    names: Mapping[Level, Set[str]] = field(default_factory=dict)
    required: bool = False

    def level(self, claims: Mapping[str, Any], own: Set[str]) -> Level | None:
        """Return the highest level that the roles in these claims give; `own` are the station's clients."""
        held = held_roles(claims, own)
        return next((level for level in reversed(Level) if held & self.names.get(level, frozenset())), None)


def read_roles(text: str) -> Mapping[Level, Set[str]]:
    """Read `LEVEL=ROLE|ROLE,…`; raises ValueError that says what is wrong."""
    found: dict[Level, frozenset[str]] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, equals, roles = part.partition("=")
        if not equals or name not in set(Level):
            raise ValueError(f"must be written LEVEL=ROLE|ROLE with the levels {', '.join(Level)}, not {part[:100]}")
        found[Level(name)] = frozenset(role.strip() for role in roles.split("|") if role.strip())
    return found


def held_roles(claims: Mapping[str, Any], own: Set[str]) -> frozenset[str]:
    """Return the roles that claims tell: plain those of the realm and of `own` clients, and `CLIENT/ROLE` of all."""
    clients = claims.get("resource_access")
    found = set(_listed(claims.get("realm_access")))
    for client, access in clients.items() if isinstance(clients, dict) else ():
        roles = _listed(access)
        found |= {f"{client}/{role}" for role in roles}
        if client in own:
            found |= set(roles)
    return frozenset(found)


def _listed(access: object) -> list[str]:
    roles = access.get("roles") if isinstance(access, dict) else None
    return [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
