"""The first chapters of a person's way: from signing in to jobs that can be run."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.story import Story

TIER, STORAGE = "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "DATA_MANAGER_STORAGE_SUBSCRIPTION"


def sign_in(story: Story, station: RunningStation) -> None:
    """0: where the station is, and a token, with which the rest of the first user's calls are made."""
    for api, door in (("DmApi", "data-manager-api"), ("AsApi", "account-server-api")):
        story.value(api, "set_api_url", url=f"{station.url}/{door}", verify_ssl_cert=True)
        assert story.value(api, "get_api_url") == [f"{station.url}/{door}", True]
    issuer = {"keycloak_url": f"{station.url}/auth", "keycloak_realm": "fieldstation"}
    who = {"keycloak_client_id": "fieldstation", "username": "admin", "password": station.admin_password}
    story.admin.token = story.value("Auth", "get_access_token", **issuer, **who)
    assert story.value("Auth", "get_access_token", **issuer, **who, prior_token=story.admin.token) == story.admin.token
    story.admin.token = story.operator.make("DmApi", "get_api_token", "token")["token"]  # lasts longer
    story.keep("token", story.make("DmApi", "get_api_token", "token")["token"])


def greet(story: Story) -> None:
    """1: who is there."""
    for api in ("DmApi", "AsApi"):
        story.read(api, "get_version", "version")
        story.read(api, "ping")
    assert story.read("DmApi", "get_mode", "mode") == {"mode": "DEVELOPMENT"}
    story.read("DmApi", "get_job_definition_schema_version", "version")
    story.read("DmApi", "get_workflow_engine_version", "version")
    story.read("DmApi", "get_account_server_namespace", "namespace")
    handlers = story.read("DmApi", "get_input_handler", "count", "input_handlers")
    assert handlers["count"] == len(handlers["input_handlers"])
    assert story.read("AsApi", "get_event_stream_version", "name", "version", "protocol")["protocol"] == "WEBSOCKET"


def turn_admin_on(story: Story) -> None:
    """2: admin, accounts, merchants."""
    story.operator.make("DmApi", "set_admin_state", admin=True)
    mine = story.read("DmApi", "get_account", "user", "data_manager_roles")
    assert mine["user"]["username"] == story.ada.username
    assert story.read("AsApi", "get_account", "account_server_roles")["user"]["id"] == story.ada.username
    assert story.read("AsApi", "get_default_organisation", "id", "name")["private"] is False
    (merchant,) = story.read("AsApi", "get_merchants", "merchants")["merchants"]
    assert (merchant["kind"], bool(merchant["name"]), bool(merchant["api_hostname"])) == ("DATA_MANAGER", True, True)
    assert datetime.fromisoformat(merchant["created"]) <= datetime.now(UTC)
    story.made["merchant"] = merchant["id"]
    assert story.read("AsApi", "get_merchant", merchant_id=merchant["id"]) == merchant
    registered = story.read("DmApi", "get_account_server_registration", "name", "registered")
    assert registered["merchant_id"] == merchant["id"]


def organise(story: Story) -> None:
    """3: an organisation, its units and their people."""
    ada, _admin = story.ada.username, story.admin
    name = story.keep("organisation name", f"Moors {uuid.uuid4().hex}")
    made = story.operator.make("AsApi", "create_organisation", "id", org_name=name, org_owner=ada)
    org = story.keep("organisation", made["id"])
    story.operator.make("DmApi", "create_user_account", "username", user_id="carol")
    shown = story.read("AsApi", "get_organisation", "id", "name", "private", "created", "users", org_id=org)
    assert (shown["id"], shown["owner_id"], shown["caller_is_member"]) == (org, ada, True)
    story.make("AsApi", "alter_organisation", org_id=org, name=name, default_product_privacy=privacy("DEFAULT_PRIVATE"))
    (only,) = story.read("AsApi", "get_organisations", "organisations", org_name=name)["organisations"]
    assert (only["id"], only["name"], only["owner_id"]) == (org, name, ada)
    story.make("AsApi", "add_user_to_organisation", org_id=org, username="carol")
    assert story.read("AsApi", "get_organisation_users", "users", org_id=org)["users"] == [{"id": "carol"}]
    story.make("AsApi", "remove_user_from_organisation", org_id=org, username="carol")
    name = story.keep("unit name", f"Bogs {uuid.uuid4().hex}")
    unit = story.keep("unit", story.make("AsApi", "create_unit", "id", unit_name=name, org_id=org, billing_day=3)["id"])
    (only,) = story.read("AsApi", "get_organisation_units", "units", org_id=org)["units"]
    assert (only["id"], only["name"], only["billing_day"]) == (unit, name, 3)
    story.make("AsApi", "add_user_to_unit", unit_id=unit, username="carol")
    assert story.read("AsApi", "get_unit_users", "users", unit_id=unit)["users"] == [{"id": "carol"}]
    story.make("AsApi", "remove_user_from_unit", unit_id=unit, username="carol")
    story.make("AsApi", "alter_unit", unit_id=unit, name=name, default_product_privacy=privacy("DEFAULT_PRIVATE"))
    assert story.read("AsApi", "get_unit", "billing_day", "created", unit_id=unit)["name"] == name
    assert [one["organisation"]["id"] for one in story.read("AsApi", "get_units", unit_name=name)["units"]] == [org]
    assert org in {one["organisation"]["id"] for one in story.read("AsApi", "get_available_units")["units"]}
    own = story.make("AsApi", "create_personal_unit", "id", "organisation_id", billing_day=3)
    assert story.read("AsApi", "get_personal_unit", "id")["id"] == story.keep("personal unit", own["id"])
    story.make("AsApi", "delete_personal_unit")


def privacy(name: str) -> dict[str, list[str]]:
    return {"enum": ["DefaultProductPrivacyEnum", name]}


def subscribe(story: Story) -> None:
    """4: subscriptions."""
    unit, org = story.made["unit"], story.made["organisation"]
    types = {one["type"] for one in story.read("AsApi", "get_product_types", "product_types")["product_types"]}
    assert {TIER, STORAGE} <= types
    cost = story.read("AsApi", "get_product_default_storage_cost", "default_storage_cost")["default_storage_cost"]
    assert (float(cost["cost"]) >= 0, cost["units"] in cost["description"]) == (True, True)
    plan = {"unit_id": unit, "product_type": STORAGE, "allowance": 10, "limit": 10}
    storage = story.make("AsApi", "create_product", "id", product_name="For data", **plan)["id"]
    story.keep("storage", storage)
    tier = story.make(
        "AsApi", "create_product", "id", product_name="For work", unit_id=unit, product_type=TIER, flavour="BRONZE"
    )["id"]
    story.keep("tier", tier)
    story.make("AsApi", "alter_product", product_id=storage, product_name="For data", allowance=20, limit=30)
    shown = story.read("AsApi", "get_product", "product", product_id=storage)["product"]
    assert (shown["product"]["id"], shown["product"]["type"], shown["claimable"]) == (storage, STORAGE, False)
    assert (shown["coins"]["allowance"], shown["coins"]["limit"], shown["coins"]["at_limit"]) == (20, 30, False)
    assert {"current_burn_rate", "billing_prediction", "remaining_days", "billing_day"} <= set(shown["coins"])
    assert story.read("AsApi", "get_products_for_organisation", "products", org_id=org)["count"] == 2
    for asked in ({"name": "get_available_products"}, {"name": "get_products_for_unit", "unit_id": unit}):
        name = asked.pop("name")
        found = story.read("AsApi", name, "products", **asked)["products"]
        assert {one["product"]["id"]: one["unit"]["id"] for one in found} == {storage: unit, tier: unit}
        assert {one["organisation"]["id"] for one in found} == {org}


def make_a_project(story: Story) -> None:
    """5: a project claims its tier; its people."""
    name = story.keep("project name", f"Levels {uuid.uuid4().hex}")
    tier = story.made["tier"]
    made = story.make("DmApi", "create_project", "project_id", project_name=name, as_tier_product_id=tier, private=True)
    project = story.keep("project", made["project_id"])
    story.make("DmApi", "update_project", project_id=project, project_name=name, private=True)
    shown = story.read("DmApi", "get_project", "creator", "created", "size", "product_id", project_id=project)
    assert (shown["name"], shown["private"], shown["unit_id"]) == (name, True, story.made["unit"])
    (only,) = story.read("DmApi", "get_available_projects", "projects", project_name=name)["projects"]
    assert (only["project_id"], only["name"], only["private"], only["product_id"]) == (project, name, True, tier)
    for role in ("editor", "observer", "administrator"):
        story.make("DmApi", f"add_project_{role}", project_id=project, **{role: "carol"})
        assert "carol" in story.read("DmApi", "get_project", project_id=project)[f"{role}s"]
        story.make("DmApi", f"remove_project_{role}", project_id=project, **{role: "carol"})
    claimed = story.read("AsApi", "get_product", product_id=tier)["product"]
    assert claimed["claim"] == {"id": project, "name": name}
    story.refused("AsApi", "delete_product", 400, product_id=tier)
    found = story.read("DmApi", "get_user_inventory", "today", unit_id=story.made["unit"])
    (ada,) = (one for one in found["users"] if one["username"] == "ada")
    assert [one["id"] for one in ada["projects"]["administrator"]] == [project]


def move_files(story: Story) -> None:
    """6: files."""
    project, back = story.made["project"], story.folder / "back"
    of = {"project_id": project}
    for name in ("may.csv", "june.csv"):
        (story.folder / name).write_text(story.keep(name, f"level of {name} {uuid.uuid4().hex}\n"))
    files = [str(story.folder / "may.csv"), str(story.folder / "june.csv")]
    story.make("DmApi", "put_unmanaged_project_files", **of, project_files=files, project_path="/work")
    story.make("DmApi", "put_unmanaged_project_files", **of, project_files=files[0], project_path="/work", force=True)
    listed = story.read("DmApi", "list_project_files", "paths", "path", **of, project_path="/work")
    assert {one["file_name"] for one in listed["files"]} == {"may.csv", "june.csv"}
    where = {**of, "project_path": "/work", "local_file": str(back)}
    story.read("DmApi", "get_unmanaged_project_file", **where, project_file="may.csv")
    assert back.read_text() == story.made["may.csv"]
    story.make("DmApi", "create_project_path", **of, project_path="/made")
    story.make("DmApi", "move_project_file", **of, file="june.csv", src_path="/work", dst_path="/made")
    story.make("DmApi", "move_project_path", **of, project_src_path="/made", project_dst_path="/moved")
    assert story.read("DmApi", "list_project_files", **of)["paths"] == ["moved", "work"]
    story.make("DmApi", "delete_unmanaged_project_files", **of, project_files="june.csv", project_path="/moved")
    story.make("DmApi", "delete_project_path", **of, project_path="/moved")
    assert story.read("DmApi", "list_project_files", **of, include_hidden=True)["paths"] == ["work"]


def define_jobs(story: Story, definitions: Path) -> None:
    """7: manifests, jobs, rates."""
    url = f"file:{definitions}/manifest.yaml"
    assert story.operator.make("DmApi", "put_job_manifest", "num_jobs_loaded", url=url)["status"] is True
    (manifest,) = story.operator.read("DmApi", "get_job_manifests", "count")["job_manifests"]
    assert (manifest["url"], manifest["last_load_status"]) == (url, "SUCCESS")
    assert story.operator.make("DmApi", "load_job_manifests", "status")["num_jobs_loaded"] == 1
    story.made["manifest"] = manifest["id"]
    jobs = story.read("DmApi", "get_jobs", "count", project_id=story.made["project"])["jobs"]
    assert ("story", "write") in {(one["collection"], one["job"]) for one in jobs}
    assert story.read("DmApi", "get_available_jobs")["count"] == len(jobs)
    wanted = {"job_collection": "im-test", "job_job": "coin-test", "job_version": "1.0.0"}
    job = story.read("DmApi", "get_job_by_version", "command", "variables", "application", **wanted)
    assert story.read("DmApi", "get_job", job_id=job["id"]) == job
    rate = {"collection": "im-test", "job": "coin-test", "version": "1.0.0", "rate": "500", "comment": "to begin with"}
    story.operator.make("DmApi", "set_job_exchange_rates", rates=rate)
    story.operator.make("DmApi", "set_job_exchange_rates", rates=[rate | {"rate": "2000"}])
    unset = story.read("DmApi", "get_job_exchange_rates", only_undefined=True)["exchange_rates"]
    assert job["id"] not in {one["id"] for one in unset}
    history = story.read("DmApi", "get_job_exchange_rate", job_id=job["id"])["exchange_rates"]
    assert [(one["rate"], one["user_id"]) for one in history] == [("2000", "admin"), ("500", "admin")]
