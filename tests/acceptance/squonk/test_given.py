"""What jobs are given in confidence: assets, secrets of the station, tokens of their own, and files."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done, finished, launched, loaded, nop, read_file, wait

DEFINITION = """
kind: DataManagerJobDefinition
kind-version: '2021.1'
collection: COLLECTION
jobs:
  given:
    name: Tell what it was given
    version: 1.0.0
    image: &image
      name: 'host:'
      tag: any
      project-directory: /data
      working-directory: /data
      environment:
      - name: PLAIN
        value-from: {constant: {value: 'a = b'}}
      - name: LICENSE
        value-from: {account-server-asset: {name: license}}
      - name: PASSWORD
        value-from: {secret: {name: COLLECTION, key: password}}
      file:
      - name: /opt/acme/license.cxl
        content-from: {account-server-asset: {name: license-file}}
    command: >-
      sh -c 'env >told.txt; cp /opt/acme/license.cxl copy.bin; stat -c "mode %a" /opt/acme/license.cxl >mode.txt;
      echo "2026-01-31T12:00:00+00:00 # INFO -EVENT- the password is $PASSWORD.";
      cat /opt/acme/license.cxl; echo "license: $LICENSE" >&2'
  token:
    name: Wait with a token
    version: 1.0.0
    image:
      name: 'host:'
      tag: any
      project-directory: /data
      working-directory: /data
      environment:
      - name: OWN
        value-from: {api-token: {roles: []}}
      - name: WORKS
        value-from: {api-token: {roles: [data-manager-user]}}
    command: sh -c 'echo "$OWN $WORKS" >.token && mv .token token.txt; until [ -e go.txt ]; do sleep 0.05; done'
  admin:
    name: Ask for too much
    version: 1.0.0
    image: {name: 'host:', tag: any, project-directory: /data, working-directory: /data,
            environment: [{name: ROOT, value-from: {api-token: {roles: [data-manager-admin]}}}]}
    command: 'true'
"""
LICENSE, PASSWORD = f"license-{uuid.uuid4().hex}", f"password {uuid.uuid4().hex}"
FILE = f"-----BEGIN LICENSE-----\n{uuid.uuid4().hex}\n-----END LICENSE-----\n"


@pytest.fixture(scope="module")
def collection(squonk_admin: Squonk, squonk_station: RunningStation) -> str:
    return loaded(squonk_admin, squonk_station, DEFINITION)


@pytest.fixture
def rest(ada: Squonk) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as client:
        yield client


def job_of(ada: Squonk, collection: str, job: str, **more: Any) -> Any:
    return ada.dm_ok("get_job_by_version", job_collection=collection, job_job=job, job_version="1.0.0", **more)


def give_asset(ada: Squonk, name: str, content: str, **scope: Any) -> str:
    asset = ada.accounts_ok("create_asset", name=name, description="", content_string=content, is_secret=True, **scope)[
        "id"
    ]
    ada.accounts_ok("attach_asset", asset_id=asset, m_id=1)
    return str(asset)


def test_a_job_is_given_what_it_names_and_nobody_else_reads_it(
    ada: Squonk, squonk_admin: Squonk, project: str, collection: str, rest: httpx.Client, tmp_path: Path
) -> None:
    job = job_of(ada, collection, "given", project_id=project)
    assert (job["disabled"], job["missing_assets"]) == (True, ["license", "license-file"])
    assert f"{collection}/password" in job["disabled_reason"]
    assert "fieldstation secret keep" in job["disabled_remedy"]
    given = nop(collection=collection, job="given")
    ada.refused("DmApi", "dry_run_job_instance", 400, project_id=project, name="A job", specification=given)
    ada.refused("DmApi", "start_job_instance", 400, project_id=project, name="A job", specification=given)

    unit = ada.accounts_ok("get_personal_unit")["id"]
    asset = give_asset(ada, "license", LICENSE, scope={"enum": ["ScopeEnum", "UNIT"]}, scope_id=unit)
    give_asset(ada, "license-file", FILE, scope={"enum": ["ScopeEnum", "USER"]}, scope_id=ada.username)
    job = job_of(ada, collection, "given", project_id=project)
    assert "missing_assets" not in job
    assert job["disabled_reason"] == f"these secrets of the station are missing: {collection}/password"
    with Station(ada.url, squonk_admin.token) as station:
        station.secrets.keep(collection, "password", PASSWORD)
        assert (collection, "password") in {(one.name, one.key) for one in station.secrets.all()}
    assert job_of(ada, collection, "given", project_id=project)["disabled"] is False
    assert job_of(ada, collection, "given")["missing_assets"] == ["license"]  # which only the project's unit has

    started = launched(ada, project, given)
    over = finished(ada, started["instance_id"])
    assert over["phase"] == "COMPLETED", over
    told = dict(line.partition("=")[::2] for line in read_file(ada, project, "told.txt", tmp_path).splitlines())
    assert (told["PLAIN"], told["LICENSE"], told["PASSWORD"]) == ("a = b", LICENSE, PASSWORD)
    assert read_file(ada, project, "copy.bin", tmp_path) == FILE
    assert read_file(ada, project, "mode.txt", tmp_path) == "mode 400\n"

    shown = rest.get(f"/api/v1/instances/{started['instance_id']}").json()
    task = done(ada, started["task_id"])
    assert task["events"][0]["message"] == f"the password is {'*' * len(PASSWORD)}."
    logs = [rest.get(f"/api/v1/runs/{shown['run']}/logs/{stream}").text for stream in ("stdout", "stderr")]
    assert logs[0].splitlines()[1:] == ["*" * len(line) for line in FILE.splitlines()]
    assert logs[1] == f"license: {'*' * len(LICENSE)}\n"
    everything = json.dumps([shown, task, over, rest.get(f"/api/v1/runs/{shown['run']}").json(), logs])
    assert not [value for value in (LICENSE, PASSWORD, FILE.splitlines()[1]) if value in everything]

    ada.accounts_ok("detach_asset", asset_id=asset, m_id=1)
    assert job_of(ada, collection, "given", project_id=project)["missing_assets"] == ["license"]


def test_a_token_of_a_run_ends_with_it_and_does_what_its_role_may(
    ada: Squonk, project: str, collection: str, rest: httpx.Client, tmp_path: Path
) -> None:
    started = launched(ada, project, nop(collection=collection, job="token"))
    wait(
        lambda: ada.dm_ok("list_project_files", project_id=project)["files"],
        lambda files: any(file["file_name"] == "token.txt" for file in files),
    )
    own, works = read_file(ada, project, "token.txt", tmp_path).split()
    place = f"/api/v1/projects/{project}"
    with httpx.Client(base_url=ada.url) as http:

        def status(token: str, method: str, path: str, **more: Any) -> int:
            return http.request(method, path, headers={"Authorization": f"Bearer {token}"}, **more).status_code

        assert (status(own, "GET", place), status(works, "GET", place)) == (200, 200)
        assert status(own, "PUT", f"{place}/folders/made") == 403
        assert status(works, "PUT", f"{place}/folders/made") < 300
        for token in (own, works):  # no token begets another, or makes things of one's own
            assert status(token, "POST", "/api/v1/tokens", json={"name": "more"}) == 403
        names = [one["name"] for one in rest.get("/api/v1/tokens").json()["items"]]
        run = rest.get(f"/api/v1/instances/{started['instance_id']}").json()["run"]
        assert names.count(run) == 2
        assert rest.put(f"{place}/folders/go.txt").status_code < 300
        assert finished(ada, started["instance_id"])["phase"] == "COMPLETED"
        assert (status(own, "GET", place), status(works, "GET", place)) == (401, 401)


def test_no_job_is_given_the_token_of_an_administrator(ada: Squonk, project: str, collection: str) -> None:
    assert "data-manager-admin" in job_of(ada, collection, "admin")["disabled_reason"]
    asked = nop(collection=collection, job="admin")
    ada.refused("DmApi", "start_job_instance", 400, project_id=project, name="A job", specification=asked)


def test_secrets_are_for_operators_to_keep(ada: Squonk, squonk_admin: Squonk, rest: httpx.Client) -> None:
    place = "/api/v1/secrets/warehouse/password"
    assert rest.get("/api/v1/secrets").status_code == 403
    assert rest.put(place, json={"value": "x"}).status_code == 403
    assert rest.delete(place).status_code == 403
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {squonk_admin.token}"}) as http:
        assert http.delete(place).status_code == 404
        assert http.put(place, json={"value": ""}).status_code == 422
        assert http.put("/api/v1/secrets/-x/password", json={"value": "x"}).status_code == 422
        assert http.put(place, json={"value": "hush-hush"}).status_code == 204
        assert "hush" not in http.get("/api/v1/secrets").text
        assert http.delete(place).status_code == 204
