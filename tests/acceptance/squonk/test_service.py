"""What anybody may ask of the two doors."""

import httpx
import pytest

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


@pytest.mark.parametrize("door", ["data-manager-api", "account-server-api"])
def test_operations_can_be_tried_at_a_page_that_asks_nobody_else(squonk_admin: Squonk, door: str) -> None:
    with httpx.Client(base_url=f"{squonk_admin.url}/{door}") as http:
        for path, kind in (("/api", "text/html"), ("/api/page.js", "text/javascript"), ("/api/page.css", "text/css")):
            answer = http.get(path)
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "://" not in answer.text
        described = http.get("/openapi.json").json()
        assert described["paths"]["/user/account"]["get"]["summary"]
        assert "/api" not in described["paths"]
