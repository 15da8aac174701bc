"""The outside issuer, where the settings name one."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from fieldstation.gateways.oidc import OidcIssuer, Registration
from fieldstation.gateways.oidc_roles import Roles, read_roles
from fieldstation.kernel.errors import Broken, FieldstationError
from fieldstation.kernel.parts import Condition, Part
from fieldstation.settings import Settings


def build_outside(settings: Settings) -> OidcIssuer | None:
    """Return the issuer that people sign in at; None for our own. Raises Broken when its secret is not there."""
    if settings.oidc_issuer is None:
        return None
    path = settings.oidc_client_secret_file
    roles = Roles(names=read_roles(settings.oidc_roles), required=settings.oidc_roles_required)
    secret = None if path is None else _secret(path)
    registration = Registration(
        client_id=settings.oidc_client_id, secret=secret, audiences=frozenset(settings.oidc_audiences), roles=roles
    )
    return OidcIssuer(settings.oidc_issuer, registration)


def outside_parts(settings: Settings) -> Sequence[Part]:
    """Ask the outside issuer, if there is one, whether people can sign in there."""
    try:
        issuer = build_outside(settings)
        if issuer is None:
            return ()
        asyncio.run(issuer.look())
    except FieldstationError as error:
        return (
            Part(
                name="sign-in",
                condition=Condition.DEGRADED,
                text=error.text,
                next_step="look whether FIELDSTATION_OIDC_ISSUER is its address, letter by letter, and can be reached"
                if error.reason == "issuer_away"
                else error.next_step,
                reason=error.reason,
            ),
        )
    return (Part(name="sign-in", condition=Condition.OK, text=f"people sign in at {issuer.issuer}"),)


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Broken(
            f"the secret for the outside issuer cannot be read: {error}",
            next_step="put it into the file that FIELDSTATION_OIDC_CLIENT_SECRET_FILE names, or unset that variable",
            reason="oidc_secret",
        ) from None
