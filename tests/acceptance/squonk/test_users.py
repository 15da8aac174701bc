"""Who people are in the Data Manager, and what operators turn on there."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.client import Station
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.conftest import NewSquonk
from tests.acceptance.squonk.jobs import done, wait

JOBS = "datamanagerjobs.squonk.it"


@contextmanager
def door(person: Squonk) -> Iterator[httpx.Client]:
    """The door as a program sees it that is not the client."""
    headers = {"Authorization": f"Bearer {person.token}"}
    with httpx.Client(base_url=f"{person.url}/data-manager-api", headers=headers) as http:
        yield http


@pytest.fixture
def eve(new_squonk: NewSquonk) -> Squonk:
    """An operator who turned nothing on yet."""
    return new_squonk("eve", operator=True)


def project_of(person: Squonk) -> str:
    """A private project of theirs."""
    person.accounts("create_personal_unit", billing_day=3)
    unit = person.accounts_ok("get_personal_unit")["id"]
    tier = {"product_type": "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "flavour": "BRONZE"}
    product = person.accounts_ok("create_product", product_name="work", unit_id=unit, **tier)["id"]
    made = person.dm_ok("create_project", project_name="Levels", as_tier_product_id=product, private=True)
    found: str = made["project_id"]
    return found


def test_what_the_station_says_about_itself(ada: Squonk) -> None:
    ada.dm_ok("ping")
    assert ada.dm_ok("get_account_server_namespace")["namespace"]
    registered = ada.dm_ok("get_account_server_registration")
    merchant = ada.accounts_ok("get_merchant", merchant_id=registered["merchant_id"])
    assert (merchant["name"], merchant["created"]) == (registered["name"], registered["registered"])
    assert ada.dm_ok("get_workflow_engine_version")["version"] == ada.dm_ok("get_version")["version"]


def test_all_jobs_run_under_one_application(ada: Squonk, bob: Squonk) -> None:
    project = project_of(ada)
    nop = {"collection": "im-test", "job": "nop", "version": "1.0.0"}
    started = ada.dm_ok("start_job_instance", project_id=project, name="A job", specification=nop)
    listed = ada.dm_ok("get_applications")
    job = ada.dm_ok("get_job_by_version", job_collection="im-test", job_job="nop", job_version="1.0.0")
    assert job["application"] in listed["applications"]
    assert (
        listed["count"] == len(listed["applications"]) == len({one["application_id"] for one in listed["applications"]})
    )
    shown = ada.dm_ok("get_application", app_id=JOBS)
    assert (shown["id"], shown["kind"]) == (JOBS, job["application"]["kind"])
    assert [one["id"] for one in shown["instances"]] == [started["instance_id"]]
    assert bob.dm_ok("get_application", app_id=JOBS)["instances"] == []
    ada.refused("DmApi", "get_application", 404, app_id="jupyternotebooks.squonk.it")


def test_everybody_is_listed_who_is_not_private(ada: Squonk, bob: Squonk, squonk_admin: Squonk) -> None:
    account = ada.dm_ok("get_account")
    assert account["user"]["username"] == ada.username
    assert (account["user"]["private"], account["caller_has_admin_privilege"]) == (False, False)
    assert account["data_manager_roles"] == ["data-manager-user"]
    assert {ada.username, "admin"} <= {one["username"] for one in bob.dm_ok("get_users")["users"]}
    with door(ada) as http:
        assert http.patch("/user/account", data={"private": "True"}).status_code == 204
        assert http.patch("/user/account", data={"private": "perhaps"}).status_code == 400
    assert ada.dm_ok("get_account")["user"]["private"] is True
    hidden = bob.dm_ok("get_users")
    assert ada.username not in {one["username"] for one in hidden["users"]}
    assert hidden["count"] == len(hidden["users"])
    assert ada.username in {one["username"] for one in squonk_admin.dm_ok("get_users")["users"]}


def test_an_operator_is_like_everybody_until_they_turn_it_on(ada: Squonk, eve: Squonk) -> None:
    project = project_of(ada)
    eve.refused("DmApi", "get_project", 404, project_id=project)
    eve.refused("DmApi", "get_job_manifests", 403)
    assert eve.dm_ok("get_account")["caller_has_admin_privilege"] is True
    assert eve.dm_ok("get_account")["user"]["become_admin"] is False
    eve.dm_ok("set_admin_state", admin=True)
    assert eve.dm_ok("get_account")["user"]["become_admin"] is True
    assert eve.dm_ok("get_project", project_id=project)["name"] == "Levels"
    eve.dm_ok("get_job_manifests")
    eve.dm_ok("set_admin_state", admin=False)
    eve.refused("DmApi", "get_project", 404, project_id=project)


def test_only_operators_turn_it_on(ada: Squonk, bob: Squonk, eve: Squonk) -> None:
    ada.refused("DmApi", "set_admin_state", 403, admin=True)
    ada.refused("DmApi", "set_admin_state", 403, admin=False, impersonate=bob.username)
    ada.dm_ok("set_admin_state", admin=False)
    assert "become_admin" not in ada.dm_ok("get_account")["user"]
    eve.refused("DmApi", "set_admin_state", 400, admin=False, impersonate=bob.username)


def test_an_operator_acts_as_a_user(ada: Squonk, bob: Squonk, eve: Squonk) -> None:
    eve.dm_ok("set_admin_state", admin=True, impersonate=ada.username)
    assert eve.dm_ok("get_account")["user"]["username"] == ada.username
    own = eve.dm_ok("get_account", do_not_impersonate=True)["user"]
    assert (own["username"], own["impersonate"], own["become_admin"]) == (eve.username, ada.username, True)
    project = project_of(ada)
    of_bob = project_of(bob)
    eve.dm_ok("create_project_path", project_id=project, project_path="/made")
    eve.dm_ok("update_project", project_id=project, project_name="Renamed")
    assert ada.dm_ok("get_project", project_id=project)["name"] == "Renamed"
    eve.refused("DmApi", "get_project", 404, project_id=of_bob)
    eve.refused("DmApi", "get_job_manifests", 403)
    eve.refused("DmApi", "get_api_token", 403)
    with door(eve) as http:
        assert http.patch("/user/account", data={"use_impersonation": "false"}).status_code == 204
        assert eve.dm_ok("get_account")["user"]["username"] == eve.username
        assert http.patch("/user/account", data={"use_impersonation": "true"}).status_code == 204
        assert eve.dm_ok("get_account")["user"]["username"] == ada.username
        assert http.patch("/user/account", data={"impersonate": ""}).status_code == 204
    assert eve.dm_ok("get_account")["user"]["username"] == eve.username
    assert eve.dm_ok("get_project", project_id=of_bob)["project_id"] == of_bob


def test_laying_admin_down_ends_impersonation(ada: Squonk, eve: Squonk) -> None:
    eve.dm_ok("set_admin_state", admin=True, impersonate=ada.username)
    eve.dm_ok("set_admin_state", admin=False)
    eve.dm_ok("set_admin_state", admin=True)
    assert eve.dm_ok("get_account")["user"]["username"] == eve.username


def test_nobody_acts_as_an_operator_or_as_nobody(eve: Squonk) -> None:
    eve.refused("DmApi", "set_admin_state", 403, admin=True, impersonate="admin")
    eve.refused("DmApi", "set_admin_state", 403, admin=True, impersonate=eve.username)
    eve.refused("DmApi", "set_admin_state", 404, admin=True, impersonate="nobody-here' OR 1=1 --")
    assert eve.dm_ok("get_account")["user"]["become_admin"] is False


def test_a_token_works_and_is_its_own_persons(ada: Squonk, bob: Squonk) -> None:
    project = project_of(ada)
    given = ada.dm_ok("get_api_token")["token"]
    fresh = Squonk(url=ada.url, token=given, username=ada.username)
    assert fresh.dm_ok("get_project", project_id=project)["project_id"] == project
    assert fresh.dm_ok("get_account")["user"]["username"] == ada.username
    assert ada.dm_ok("get_api_token")["token"] != given
    fresh.close()
    with door(bob) as http:
        assert http.get("/user/token").headers["cache-control"] == "no-store"
    stranger = Squonk(url=ada.url, token="fst_none", username="")
    stranger.refused("DmApi", "get_api_token", 401)
    stranger.close()


def log_of(person: Squonk, ready: Callable[[list[dict[str, Any]]], bool], **times: str) -> list[dict[str, Any]]:
    """Return a log once it is `ready`: calls are written just after they end."""
    found: list[dict[str, Any]] = wait(lambda: person.dm_ok("get_api_log", **times)["api_log"], ready)
    return found


def test_the_log_tells_everybody_what_they_changed(ada: Squonk, bob: Squonk, tmp_path: Path) -> None:
    project = project_of(ada)
    (tmp_path / "may.csv").write_text("s3cret level\n")
    ada.dm_ok("put_unmanaged_project_files", project_id=project, project_files=str(tmp_path / "may.csv"))
    ada.dm_ok("get_project", project_id=project)
    ada.refused("DmApi", "create_project", 400, project_name="x", as_tier_product_id="product-none")
    nop = {"collection": "im-test", "job": "nop", "version": "1.0.0", "variables": {"password": "s3cret"}}
    launch = {"project_id": project, "name": "A job", "specification": nop}
    ada.dm("start_job_instance", **launch, callback_url="http://127.0.0.1:9/?k=s3cret", callback_token="s" * 22)
    told = log_of(ada, lambda calls: any(one["path"] == "/instance" for one in calls))
    assert [(one["method"], one["path"], one["status_code"]) for one in told[:3]] == [
        ("POST", "/project", 201),
        ("PUT", f"/project/{project}/file", 201),
        ("POST", "/project", 400),
    ]
    assert json.loads(told[0]["body"])["name"] == "Levels"
    assert json.loads(told[1]["body"])["file"] == "..."
    assert all(one["duration_ns"] > 0 and "impersonator" not in one for one in told)
    text = json.dumps(told)
    assert "s3cret" not in text
    assert "s" * 22 not in text
    assert ada.token not in text
    assert bob.dm_ok("get_api_log") == {"count": 0, "api_log": []}

    second = told[1]["began"]
    assert [one["began"] for one in log_of(ada, bool, from_=second)] == [one["began"] for one in told[1:]]
    assert [one["began"] for one in log_of(ada, bool, until=second)] == [told[0]["began"]]
    assert ada.dm_ok("get_api_log", from_="2200-01-01")["count"] == 0
    ada.refused("DmApi", "get_api_log", 400, from_="yesterday")
    with door(ada) as http:
        assert http.get("/user/api-log?from=2026-01-01T00:00:00+02:00").status_code == 200


def test_the_log_names_who_acted(ada: Squonk, eve: Squonk) -> None:
    eve.dm_ok("set_admin_state", admin=True, impersonate=ada.username)
    eve.refused("DmApi", "create_project", 400, project_name="x", as_tier_product_id="product-none")
    eve.dm_ok("set_admin_state", admin=False)
    told = log_of(ada, bool)
    assert [(one["path"], one["impersonator"]) for one in told] == [("/project", eve.username)]
    own = log_of(eve, lambda calls: len(calls) == 2)
    assert {(one["method"], one["path"]) for one in own} == {("PATCH", "/user/account")}
    assert "impersonator" not in own[0]


def test_who_calls_is_seen(ada: Squonk) -> None:
    ada.dm_ok("get_account")
    user = wait(lambda: ada.dm_ok("get_account")["user"], lambda found: "last_seen_date" in found)
    assert user["first_seen"][:10] == user["last_seen_date"]


def test_what_nobody_sent_a_good_token_for_is_nobodys(ada: Squonk) -> None:
    with door(ada) as http:
        assert http.patch("/user/account", headers={"Authorization": "Bearer none"}).status_code == 401
        odd = http.request("MKCOL", "/project/%00%ff", data={"a\x00": "b\x00"})
        assert odd.status_code in (400, 404, 405)
        assert http.patch("/user/account", data={"private": "no\x00"}).status_code == 400
    told = log_of(ada, lambda calls: len(calls) == 2)
    assert [one["method"] for one in told] == ["MKCOL", "PATCH"]


def test_operators_make_users_and_keep_them_out(squonk_admin: Squonk, ada: Squonk) -> None:
    made = squonk_admin.dm_ok("create_user_account", user_id=f"new-{ada.username}")
    assert (made["username"], made["private"]) == (f"new-{ada.username}", False)
    assert "first_seen" not in made
    assert squonk_admin.dm_ok("create_user_account", user_id=ada.username)["username"] == ada.username
    squonk_admin.refused("DmApi", "create_user_account", 400, user_id="Not A Name")

    squonk_admin.dm_ok("update_user_account", user_id=ada.username, suspend_message="holidays")
    with door(ada) as http:
        assert http.get("/user/account").status_code == 401
    told = httpx.get(f"{ada.url}/api/v1/me", headers={"Authorization": f"Bearer {ada.token}"})
    assert "holidays" in told.text
    shown = next(one for one in squonk_admin.dm_ok("get_admin_users")["users"] if one["username"] == ada.username)
    assert (shown["suspended"], shown["suspension_message"]) == (True, "holidays")
    assert ada.username not in {one["username"] for one in squonk_admin.dm_ok("get_users")["users"]}
    squonk_admin.dm_ok("update_user_account", user_id=ada.username, suspend_message="/restore")
    assert "suspension_message" not in ada.dm_ok("get_account")["user"]
    for message in ("", "two\nlines", "x" * 201):
        squonk_admin.refused("DmApi", "update_user_account", 400, user_id=ada.username, suspend_message=message)
    squonk_admin.refused("DmApi", "update_user_account", 404, user_id="nobody-here", suspend_message="holidays")


def test_operators_see_who_is_at_work(squonk_admin: Squonk, ada: Squonk, bob: Squonk) -> None:
    ada.dm_ok("get_account")
    wait(lambda: ada.dm_ok("get_account")["user"], lambda found: "last_seen_date" in found)

    def names(**days: int) -> set[str]:
        found = squonk_admin.dm_ok("get_admin_users", **days)
        assert found["count"] == len(found["users"])
        return {one["username"] for one in found["users"]}

    assert {ada.username, bob.username} <= names()
    assert "admin" not in names()
    assert ada.username in names(active_days=1)
    assert bob.username not in names(active_days=1)
    assert ada.username not in names(idle_days=1)
    assert bob.username in names(idle_days=1)
    squonk_admin.refused("DmApi", "get_admin_users", 400, idle_days=0)


def test_users_and_errors_are_for_operators_who_turned_it_on(ada: Squonk, eve: Squonk) -> None:
    for person in (ada, eve):
        person.refused("DmApi", "get_admin_users", 403)
        person.refused("DmApi", "create_user_account", 403, user_id="somebody")
        person.refused("DmApi", "create_user_account", 403, user_id=ada.username)
        person.refused("DmApi", "get_service_errors", 403)
        person.refused("DmApi", "acknowledge_service_error", 403, error_id=1)
        person.refused("DmApi", "delete_service_error", 403, error_id=1)
    for username in (eve.username, "nobody-here"):
        ada.refused("DmApi", "update_user_account", 403, user_id=username, suspend_message="out")
        ada.refused("DmApi", "delete_user_account", 403, user_id=username)


def test_errors_that_are_not_there(squonk_admin: Squonk) -> None:
    found = squonk_admin.dm_ok("get_service_errors", include_acknowledged=True)
    assert found == {"count": 0, "service_errors": []}
    squonk_admin.refused("DmApi", "acknowledge_service_error", 404, error_id=999_999)
    squonk_admin.refused("DmApi", "delete_service_error", 404, error_id=999_999)


def gone(squonk_admin: Squonk, person: Squonk) -> None:
    """Have somebody be removed."""
    squonk_admin.dm_ok("delete_user_account", user_id=person.username)


def test_a_user_goes_with_their_data_sets_and_may_come_back(squonk_admin: Squonk, ada: Squonk, tmp_path: Path) -> None:
    ada.accounts_ok("create_personal_unit", billing_day=3)
    unit = ada.accounts_ok("get_personal_unit")["id"]
    (tmp_path / "may.json").write_text("{}")
    given = {"dataset_file": str(tmp_path / "may.json"), "dataset_type": "application/json", "unit_id": unit}
    made = ada.dm_ok("upload_dataset", **given)
    done(ada, made["task_id"])
    gone(squonk_admin, ada)
    ada.refused("DmApi", "get_account", 401)
    assert ada.username not in {one["username"] for one in squonk_admin.dm_ok("get_admin_users")["users"]}
    assert squonk_admin.dm_ok("get_dataset_versions", dataset_id=made["dataset_id"])["count"] == 0
    squonk_admin.refused("DmApi", "delete_user_account", 404, user_id=ada.username)
    message = {"user_id": ada.username, "suspend_message": "/restore"}
    squonk_admin.refused("DmApi", "update_user_account", 404, **message)
    ada.refused("AsApi", "get_personal_unit", 401)

    back = squonk_admin.dm_ok("create_user_account", user_id=ada.username)
    assert "suspended" not in back
    ada.refused("DmApi", "get_account", 401)  # with the token of before
    with Station(ada.url, squonk_admin.token) as known:
        assert known.datasets.restore(made["dataset_id"]).id == made["dataset_id"]


def test_nobody_goes_while_others_depend_on_them(squonk_admin: Squonk, ada: Squonk, bob: Squonk, eve: Squonk) -> None:
    def refused(person: Squonk) -> str:
        with door(squonk_admin) as http:
            answer = http.delete(f"/admin/user/{person.username}")
        assert answer.status_code == 400, answer.text
        found: str = answer.json()["error"]
        return found

    assert "operator" in refused(eve)
    assert "operator" in refused(squonk_admin)
    project = project_of(ada)
    assert "only administrator" in refused(ada)
    ada.dm_ok("add_project_administrator", project_id=project, administrator=bob.username)
    ada.dm_ok("remove_project_administrator", project_id=project, administrator=ada.username)
    assert "Levels" in refused(ada)
    assert "only administrator" in refused(bob)
    bob.dm_ok("add_project_administrator", project_id=project, administrator=ada.username)
    gone(squonk_admin, bob)
    assert ada.dm_ok("get_project", project_id=project)["administrators"] == [ada.username]
    done(ada, ada.dm_ok("delete_project", project_id=project)["task_id"])
    assert "product" in refused(ada)
    (product,) = ada.accounts_ok("get_available_products")["products"]
    ada.accounts_ok("delete_product", product_id=product["product"]["id"])
    ada.refused("DmApi", "delete_user_account", 403, user_id=ada.username)
    eve.refused("DmApi", "delete_user_account", 403, user_id=ada.username)
    with Station(ada.url, ada.token) as known:
        shared = known.datasets.create(f"shared-{ada.username}")
        with httpx.Client(headers={"Authorization": f"Bearer {ada.token}"}) as http:
            share = http.put(f"{ada.url}/api/v1/datasets/{shared.id}/members/everyone", json={"role": "reader"})
            assert share.is_success, share.text
        assert "shared-" in refused(ada)
        known.datasets.trash(shared.id)
    gone(squonk_admin, ada)
