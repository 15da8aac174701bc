"""What anybody may ask of the two doors."""

from tests.acceptance.squonk.client import Squonk


def test_versions_and_mode(squonk_admin: Squonk) -> None:
    for api in ("DmApi", "AsApi"):
        assert squonk_admin.ok(api, "get_version")["version"]
    assert squonk_admin.dm_ok("get_mode") == {"mode": "PRODUCTION"}


def test_the_client_signs_in_at_the_built_in_issuer(squonk_admin: Squonk, squonk_password: str) -> None:
    issuer = {"keycloak_url": f"{squonk_admin.url}/auth", "keycloak_realm": "fieldstation"}
    person = {"keycloak_client_id": "fieldstation", "username": "admin", "password": squonk_password}
    token = squonk_admin.value("Auth", "get_access_token", **issuer, **person)
    assert token.count(".") == 2
    assert squonk_admin.value("Auth", "get_access_token", **issuer, **person, prior_token=token) == token
    assert squonk_admin.value("Auth", "get_access_token", **issuer, **person | {"password": "wrong"}) is None
