"""Signing in at an issuer of somebody else, in a browser's way and with its tokens; and what then is closed."""

import base64
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx

from tests.acceptance.outside.conftest import Elsewhere, provider_of, station_of_elsewhere
from tests.acceptance.person import Person
from tests.acceptance.squonk.client import Squonk
from tests.stations import run_verb

_REALM = "/auth/realms/fieldstation"
_TOKEN = f"{_REALM}/protocol/openid-connect/token"


def browser() -> httpx.Client:
    return httpx.Client(follow_redirects=True, timeout=60)


def submit(page: httpx.Response, client: httpx.Client, **typed: str) -> httpx.Response:
    """Fill in the form of a page."""
    (form,) = re.findall(r"<form.*?</form>", page.text, re.DOTALL)
    action = re.search(r'action="([^"]*)"', form)
    assert action is not None
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))
    return client.post(urljoin(str(page.url), unescape(action[1])), data={**hidden, **typed})


def sign_in(client: httpx.Client, url: str, name: str) -> httpx.Response:
    """Go where only somebody signed in gets, and do there what the issuer asks."""
    page = client.get(url)
    page = submit(page, client, login=name, password="whatever")
    return submit(page, client)


def token(issuer: str, client_id: str, secret: str, resource: str) -> str:
    form = {"grant_type": "client_credentials", "resource": resource}
    answer = httpx.post(f"{issuer}/token", data=form, auth=(client_id, secret)).raise_for_status()
    made: str = answer.json()["access_token"]
    return made


def me(url: str, bearer: str) -> httpx.Response:
    return httpx.get(f"{url}/api/v1/me", headers={"Authorization": f"Bearer {bearer}"}, timeout=30)


def test_who_signs_in_there_is_somebody_here_and_the_same_again(elsewhere: Elsewhere, provider: str) -> None:
    wanted = f"{elsewhere.station.url}/session/login?to=/api/v1/me"
    with browser() as first, browser() as second:
        found = sign_in(first, wanted, "Grace Hopper").json()
        assert found["username"] == "grace-hopper"
        assert (found["name"], found["email"]) == ("Grace Hopper of elsewhere", "Grace Hopper@example.org")
        assert found["operator"] is False
        again = sign_in(second, wanted, "Grace Hopper").json()
        assert again["id"] == found["id"]
        proof = {"Origin": elsewhere.station.url, "X-Fieldstation": "1"}
        assert first.post(f"{elsewhere.station.url}/session/logout", headers=proof).status_code == 204
        assert first.get(f"{elsewhere.station.url}/api/v1/me").status_code == 401
        assert second.get(f"{elsewhere.station.url}/api/v1/me").status_code == 200


def test_a_name_that_is_taken_here_stays_whose_it_is(elsewhere: Elsewhere, provider: str) -> None:
    with browser() as client:
        found = sign_in(client, f"{elsewhere.station.url}/session/login?to=/api/v1/me", "admin").json()
    assert (found["username"], found["operator"]) == ("admin-2", False)


def test_a_code_counts_once_and_only_in_the_browser_that_began(elsewhere: Elsewhere, provider: str) -> None:
    with browser() as client, browser() as thief:
        page = client.get(f"{elsewhere.station.url}/session/login?to=/api/v1/me")
        page = submit(page, client, login="mary", password="whatever")
        client.follow_redirects = False
        answer = submit(page, client)
        while "/broker/outside/" not in answer.headers["location"]:
            answer = client.get(urljoin(str(answer.url), answer.headers["location"]))
        back = answer.headers["location"]
        assert thief.get(back).status_code == 400
        assert client.get(back.replace("code=", "code=x")).status_code == 403
        assert client.get(f"{elsewhere.station.url}/api/v1/me").status_code == 401
        assert client.get(back).status_code == 303
        assert client.get(f"{elsewhere.station.url}/api/v1/me").json()["username"] == "mary"
        assert client.get(back).status_code == 400


def test_its_access_tokens_count_where_they_are_meant_for_the_station(elsewhere: Elsewhere, provider: str) -> None:
    url = elsewhere.station.url
    first = me(url, token(provider, "robot", "of-the-robot", "urn:station"))
    assert first.status_code == 200, first.text
    assert first.json()["username"].startswith("person")
    assert me(url, token(provider, "robot", "of-the-robot", "urn:station")).json()["id"] == first.json()["id"]
    other = me(url, token(provider, "another", "of-another-program", "urn:elsewhere"))
    assert (other.status_code, other.json()["reason"]) == (401, "token_for_another")
    assert "urn:elsewhere" in other.json()["detail"]
    head, body, signature = token(provider, "robot", "of-the-robot", "urn:station").split(".")
    for forged in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", f"eyJhbGciOiJub25lIn0.{body}."):
        assert me(url, forged).status_code == 401


def test_the_unmodified_client_signs_in_there_with_a_client_for_each_service(
    elsewhere: Elsewhere, provider: str
) -> None:
    squonk = Squonk(url=elsewhere.station.url, token="", username="dana")
    who = {"keycloak_url": provider, "keycloak_realm": "science", "username": "dana", "password": "whatever"}
    try:
        squonk.token = squonk.value("Auth", "get_access_token", keycloak_client_id="data-manager", **who)
        assert squonk.dm_ok("get_account")["user"]["username"] == "dana"
        names = [one["name"] for one in squonk.dm_ok("get_available_projects")["projects"]]
        assert names == ["dana"]
        admin = who | {"username": "dora.as.account-server-admin"}
        squonk.token = squonk.value("Auth", "get_access_token", keycloak_client_id="account-server", **admin)
        found = squonk.accounts_ok("get_account")
        assert (found["user"]["id"], found["caller_has_admin_privilege"]) == (admin["username"], True)
        assert squonk.accounts_ok("get_default_organisation")["name"] == "Default"
        squonk.token = squonk.value("Auth", "get_access_token", keycloak_client_id="stranger", **who)
        squonk.refused("DmApi", "get_available_projects", 401)
        squonk.refused("AsApi", "get_account", 401)
    finally:
        squonk.close()


def test_roles_there_make_somebody_evaluator_user_or_admin_here(elsewhere: Elsewhere, provider: str) -> None:
    url = elsewhere.station.url
    levels = {
        "urn:station?realm=data-manager-admin": ("admin", "data-manager-admin"),
        "urn:station?client=fieldstation/account-server-evaluator": ("evaluator", "data-manager-evaluator"),
        "urn:station?realm=data-manager-user": ("user", "data-manager-user"),
        "urn:station": ("user", "data-manager-user"),
        "urn:station?client=another/data-manager-admin": ("user", "data-manager-user"),
    }
    for resource, (level, role) in levels.items():
        bearer = {"Authorization": f"Bearer {token(provider, 'robot', 'of-the-robot', resource)}"}
        with httpx.Client(base_url=url, headers=bearer, timeout=30) as client:
            found = client.get("/api/v1/me").json()
            assert (found["operator"], found["evaluator"]) == (level == "admin", level == "evaluator"), resource
            assert client.get("/api/v1/users").status_code == (200 if level == "admin" else 403)
            known = client.get("/data-manager-api/user/account").json()
            assert role in known["data_manager_roles"]
            assert known["caller_has_admin_privilege"] is (level == "admin")
            asked = client.get("/account-server-api/user/account").json()["account_server_roles"]
            assert role.replace("data-manager", "account-server") in asked


def test_an_evaluator_subscribes_to_evaluations_of_their_own_only(elsewhere: Elsewhere, provider: str) -> None:
    url = elsewhere.station.url
    proof = {"Origin": url, "X-Fieldstation": "1"}
    with browser() as client:
        found = sign_in(client, f"{url}/session/login?to=/api/v1/me", "Eva as data-manager-evaluator").json()
        assert (found["evaluator"], found["operator"]) == (True, False)
        own = client.put(f"{url}/api/v1/personal-unit", json={"billing_day": 1}, headers=proof).json()["id"]
        admin = token(provider, "robot", "of-the-robot", "urn:station?realm=data-manager-admin")
        organisation = httpx.post(
            f"{url}/api/v1/organisations",
            json={"name": "Evas", "owner": found["username"]},
            headers={"Authorization": f"Bearer {admin}"},
        ).json()["id"]
        other = client.post(
            f"{url}/api/v1/organisations/{organisation}/units", json={"name": "Other", "billing_day": 1}, headers=proof
        ).json()["id"]
        tier = {"type": "project_tier", "unit": own, "name": "try", "flavour": "evaluation"}
        refused: list[dict[str, object]] = [
            tier | {"flavour": "bronze"},
            tier | {"unit": other},
            {"type": "storage", "unit": own, "name": "room", "allowance": "10"},
        ]
        for body in refused:
            answer = client.post(f"{url}/api/v1/products", json=body, headers=proof)
            assert (answer.status_code, answer.json()["reason"]) == (403, "evaluator"), body
        assert client.post(f"{url}/api/v1/products", json=tier, headers=proof).status_code == 201


def test_who_has_no_role_is_not_let_in_where_one_is_asked_for() -> None:
    names = "evaluator=guest|another/guest,user=another/biologist,admin=warden"
    chosen = {"FIELDSTATION_OIDC_ROLES": names, "FIELDSTATION_OIDC_ROLES_REQUIRED": "true"}
    with station_of_elsewhere(chosen) as strict, provider_of(strict) as provider:
        url = strict.station.url
        nobody = me(url, token(provider, "robot", "of-the-robot", "urn:station?realm=data-manager-admin"))
        assert (nobody.status_code, nobody.json()["reason"]) == (403, "no_role")
        somebody = me(url, token(provider, "robot", "of-the-robot", "urn:station?client=another/biologist"))
        assert (somebody.status_code, somebody.json()["operator"]) == (200, False)
        service = f"{url}/account-server-api"
        for resource, roles, status in (
            ("urn:station?realm=warden", ["account-server-admin"], 201),
            ("urn:station?client=another/guest", ["account-server-evaluator"], 403),
        ):
            bearer = {"Authorization": f"Bearer {token(provider, 'robot', 'of-the-robot', resource)}"}
            with httpx.Client(base_url=service, headers=bearer, timeout=30) as client:
                assert set(roles) <= set(client.get("/user/account").json()["account_server_roles"])
                client.put("/personal-unit", json={"billing_day": 1})
                unit = client.get("/personal-unit").json()["id"]
                asked = {"name": "work", "type": "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "flavour": "BRONZE"}
                assert client.post(f"/product/unit/{unit}", json=asked).status_code == status, resource


def test_a_device_is_let_in_by_who_signed_in_there(elsewhere: Elsewhere, provider: str, tmp_path: Path) -> None:
    person = Person(username="edith", home=tmp_path)
    command = [sys.executable, "-m", "fieldstation", "login", elsewhere.station.url, "--browser"]
    with (
        browser() as client,
        subprocess.Popen(command, cwd=tmp_path, env=person.shell(), stderr=subprocess.PIPE, text=True) as waiting,
    ):
        assert waiting.stderr is not None
        told = ""
        while not (address := re.search(r"http\S*user_code=\S+", told)):
            line = waiting.stderr.readline()
            assert line, told
            told += line
        page = sign_in(client, address[0], "edith")
        form = {"user_code": address[0].partition("user_code=")[2], "answer": "allow"}
        headers = {"Origin": elsewhere.station.url}
        let_in = client.post(f"{elsewhere.station.url}{_REALM}/device", data=form, headers=headers)
        assert let_in.status_code == 200, (page.text, let_in.text)
        assert waiting.wait(60) == 0
    assert person.json("whoami")["username"] == "edith"


def test_passwords_are_closed_but_for_admin_on_the_machine_itself(elsewhere: Elsewhere, provider: str) -> None:
    url, password = elsewhere.station.url, elsewhere.station.admin_password
    form = {"grant_type": "password", "client_id": "fieldstation", "username": "admin", "password": password}
    assert httpx.post(url + _TOKEN, data=form).status_code == 200
    through = httpx.post(url + _TOKEN, data=form, headers={"X-Forwarded-For": "192.0.2.7"})
    assert (through.status_code, through.json()["error"]) == (400, "unauthorized_client")
    other = httpx.post(url + _TOKEN, data={**form, "username": "grace-hopper"})
    assert provider in other.json()["error_description"]
    page = {"username": "admin", "password": password}
    assert httpx.post(f"{url}{_REALM}/protocol/openid-connect/auth", data=page).status_code == 403


def test_while_the_issuer_is_away_the_page_and_the_doctor_say_so() -> None:
    with station_of_elsewhere() as away:
        station, issuer = away.station, away.issuer
        with browser() as client:
            page = client.get(f"{station.url}/session/login?to=/")
        assert (page.status_code, "cannot be asked" in page.text) == (503, True)
        claims = base64.urlsafe_b64encode(json.dumps({"iss": issuer}).encode()).decode()
        refused = me(station.url, f"e30.{claims}.e30")
        assert (refused.status_code, refused.json()["reason"]) == (503, "issuer_away")
        done = run_verb("doctor", "--data", str(station.data), FIELDSTATION_OIDC_ISSUER=issuer)
        assert (done.returncode, issuer in done.stdout) == (1, True), done.stdout


def test_a_setting_that_is_no_issuer_is_refused_at_the_start(tmp_path: Path) -> None:
    for issuer in ("login.example.org", "http://login.example.org", "https://login.example.org/?a=b"):
        done = run_verb("doctor", "--data", str(tmp_path), FIELDSTATION_OIDC_ISSUER=issuer)
        assert (done.returncode, "FIELDSTATION_OIDC_ISSUER" in done.stderr) == (1, True), done.stderr
