"""Projects and their files, through the unmodified client."""

from pathlib import Path

import httpx
import pytest

from tests.acceptance.squonk.client import Squonk

TEST_PRODUCT = "product-11111111-1111-1111-1111-111111111111"


@pytest.fixture
def product(ada: Squonk) -> str:
    """A tier that pays for one project of hers."""
    ada.accounts("create_personal_unit", billing_day=3)
    unit = ada.accounts_ok("get_personal_unit")["id"]
    found: str = ada.accounts_ok(
        "create_product",
        product_name="bench work",
        unit_id=unit,
        product_type="DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION",
        flavour="BRONZE",
    )["id"]
    return found


@pytest.fixture
def project(ada: Squonk, product: str) -> str:
    """A private project of hers."""
    made = ada.dm_ok("create_project", project_name="Flood levels", as_tier_product_id=product, private=True)
    found: str = made["project_id"]
    return found


def test_a_project_is_made_shown_changed_and_removed(ada: Squonk, bob: Squonk, product: str, project: str) -> None:
    shown = ada.dm_ok("get_project", project_id=project)
    assert shown["name"] == "Flood levels"
    assert (shown["creator"], shown["private"], shown["size"]) == (ada.username, True, 0)
    assert (shown["administrators"], shown["editors"], shown["observers"]) == ([ada.username], [ada.username], [])
    assert (shown["product_id"], shown["product_flavour"]) == (product, "BRONZE")
    assert shown["unit_id"].startswith("unit-")
    assert shown["organisation_id"].startswith("org-")
    claimed = ada.accounts_ok("get_product", product_id=product)["product"]
    assert claimed["claim"] == {"id": project, "name": "Flood levels"}
    assert ada.accounts("delete_product", product_id=product).success is False

    listed = ada.dm_ok("get_available_projects", project_name="Flood levels")
    assert [one["project_id"] for one in listed["projects"]] == [project]
    assert bob.dm_ok("get_available_projects", project_name="Flood levels") == {"count": 0, "projects": []}
    bob.refused("DmApi", "get_project", 404, project_id=project)

    ada.dm_ok("update_project", project_id=project, project_name="High water", private=False)
    assert bob.dm_ok("get_project", project_id=project)["name"] == "High water"
    bob.refused("DmApi", "update_project", 403, project_id=project, project_name="Mine")
    bob.refused("DmApi", "delete_project", 403, project_id=project)
    ada.dm_ok("update_project", project_id=project, private=True)
    bob.refused("DmApi", "get_project", 404, project_id=project)

    assert ada.dm_ok("delete_project", project_id=project)["task_id"].startswith("task-")
    ada.refused("DmApi", "get_project", 404, project_id=project)
    ada.accounts_ok("delete_product", product_id=product)


def test_each_role_comes_and_goes_by_itself(ada: Squonk, bob: Squonk, project: str) -> None:
    for word in ("administrator", "editor", "observer"):
        listed = f"{word}s"
        ada.dm_ok(f"add_project_{word}", project_id=project, **{word: bob.username})
        assert bob.username in bob.dm_ok("get_project", project_id=project)[listed]
        ada.dm_ok(f"remove_project_{word}", project_id=project, **{word: bob.username})
        bob.refused("DmApi", "get_project", 404, project_id=project)
        assert bob.username not in ada.dm_ok("get_project", project_id=project)[listed]
        ada.refused("DmApi", f"add_project_{word}", 404, project_id=project, **{word: "nobody-here"})


def test_the_last_administrator_and_the_last_editor_stay(ada: Squonk, bob: Squonk, project: str) -> None:
    for word in ("administrator", "editor"):
        ada.refused("DmApi", f"remove_project_{word}", 400, project_id=project, **{word: ada.username})
    ada.dm_ok("add_project_administrator", project_id=project, administrator=bob.username)
    own = httpx.Client(
        base_url=f"{ada.url}/api/v1/projects/{project}", headers={"Authorization": f"Bearer {ada.token}"}
    )
    with own as http:
        refused = http.delete(f"/members/{ada.username}")
        assert (refused.status_code, refused.json()["reason"]) == (409, "last_editor")
        assert http.put(f"/members/{bob.username}", json={"role": "owner"}).status_code == 204
        assert http.delete(f"/members/{ada.username}").status_code == 204
    assert bob.dm_ok("get_project", project_id=project)["editors"] == [bob.username]


def test_what_cannot_be_a_project_is_refused(ada: Squonk, bob: Squonk, product: str, project: str) -> None:
    for name in ("a", "x" * 81, " spaced ", "bell\a"):
        ada.refused("DmApi", "create_project", 400, project_name=name, as_tier_product_id=product)
    ada.refused("DmApi", "create_project", 403, project_name="Second", as_tier_product_id=product)
    bob.refused("DmApi", "create_project", 404, project_name="Stolen", as_tier_product_id=product)
    ada.refused("DmApi", "create_project", 404, project_name="None", as_tier_product_id=TEST_PRODUCT)


def test_an_administrator_needs_no_product(squonk_admin: Squonk) -> None:
    made = squonk_admin.dm_ok("create_project", project_name="Trial", as_tier_product_id=TEST_PRODUCT)
    squonk_admin.dm_ok("delete_project", project_id=made["project_id"])


def test_an_evaluation_is_public(ada: Squonk, bob: Squonk) -> None:
    ada.accounts("create_personal_unit", billing_day=3)
    unit = ada.accounts_ok("get_personal_unit")["id"]
    tier = {"product_type": "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "flavour": "EVALUATION"}
    product = ada.accounts_ok("create_product", product_name="a look", unit_id=unit, **tier)["id"]
    ada.refused("DmApi", "create_project", 400, project_name="Look", as_tier_product_id=product, private=True)
    project = ada.dm_ok("create_project", project_name="Look", as_tier_product_id=product)["project_id"]
    ada.refused("DmApi", "update_project", 400, project_id=project, private=True)
    ada.refused("DmApi", "remove_project_observer", 400, project_id=project, observer="everyone")
    assert bob.dm_ok("get_project", project_id=project)["private"] is False


def test_nobody_opens_a_project_of_a_unit_whose_projects_are_private(ada: Squonk, bob: Squonk, project: str) -> None:
    ada.dm_ok("add_project_administrator", project_id=project, administrator=bob.username)
    bob.dm_ok("update_project", project_id=project, private=False)  # who pays is not theirs to see
    bob.dm_ok("update_project", project_id=project, private=True)
    unit = ada.dm_ok("get_project", project_id=project)["unit_id"]
    privacy = {"enum": ["DefaultProductPrivacyEnum", "ALWAYS_PRIVATE"]}
    ada.accounts_ok("alter_unit", unit_id=unit, default_product_privacy=privacy)
    ada.refused("DmApi", "update_project", 400, project_id=project, private=False)
    for word in ("observer", "editor", "administrator"):
        bob.refused("DmApi", f"add_project_{word}", 400, project_id=project, **{word: "everyone"})
    assert ada.dm_ok("get_project", project_id=project)["private"] is True


def names(found: dict[str, list[dict[str, str]]]) -> list[str]:
    return [file["file_name"] for file in found["files"]]


def test_files_come_are_listed_read_moved_and_removed(ada: Squonk, project: str, tmp_path: Path) -> None:
    for name in ("may.csv", "june.csv", ".hidden"):
        (tmp_path / name).write_text(f"level\n{name}\n")
    local = [str(tmp_path / name) for name in ("may.csv", "june.csv", ".hidden")]
    ada.dm_ok("put_unmanaged_project_files", project_id=project, project_files=local, project_path="/work/raw")
    assert ada.dm_ok("list_project_files", project_id=project)["paths"] == ["work"]
    found = ada.dm_ok("list_project_files", project_id=project, project_path="/work/raw")
    assert (found["count"], found["path"], found["project_id"]) == (2, "/work/raw", project)
    assert names(found) == ["june.csv", "may.csv"]
    assert found["files"][0]["owner"] == ada.username
    assert found["files"][0]["stat"]["size"] == len("level\njune.csv\n")
    every = ada.dm_ok("list_project_files", project_id=project, project_path="/work/raw", include_hidden=True)
    assert names(every) == [".hidden", "june.csv", "may.csv"]

    (tmp_path / "may.csv").write_text("changed\n")
    one = {"project_id": project, "project_path": "/work/raw"}
    ada.dm_ok("put_unmanaged_project_files", **one, project_files=local[0])
    back = tmp_path / "back"
    ada.dm_ok("get_unmanaged_project_file", **one, project_file="may.csv", local_file=str(back))
    assert back.read_text() == "level\nmay.csv\n"
    ada.dm_ok("put_unmanaged_project_files", **one, project_files=local[0], force=True)
    ada.dm_ok("get_unmanaged_project_file", **one, project_file="may.csv", local_file=str(back))
    assert back.read_text() == "changed\n"

    ada.dm_ok("create_project_path", project_id=project, project_path="/done")
    ada.dm_ok("move_project_file", project_id=project, file="may.csv", src_path="/work/raw", dst_path="/done")
    ada.dm_ok("move_project_file", project_id=project, file="may.csv", src_path="/done", dst_file="2026.csv")
    assert names(ada.dm_ok("list_project_files", project_id=project, project_path="/done")) == ["2026.csv"]
    ada.dm_ok("move_project_path", project_id=project, project_src_path="/work", project_dst_path="/done/work")
    ada.dm_ok(
        "delete_unmanaged_project_files", project_id=project, project_files="june.csv", project_path="/done/work/raw"
    )
    ada.refused("DmApi", "delete_unmanaged_project_files", 404, project_id=project, project_files="june.csv")
    assert ada.dm_ok("get_project", project_id=project)["size"] == len("changed\n") + len("level\n.hidden\n")
    ada.dm_ok("delete_project_path", project_id=project, project_path="/done")
    assert ada.dm_ok("list_project_files", project_id=project)["paths"] == []
    ada.refused("DmApi", "list_project_files", 404, project_id=project, project_path="/done")
    assert ada.dm_ok("get_project", project_id=project)["size"] == 0


def test_a_stranger_gets_nothing_of_a_project(ada: Squonk, bob: Squonk, project: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("level\n")
    local = str(tmp_path / "secret.csv")
    ada.dm_ok("put_unmanaged_project_files", project_id=project, project_files=local)
    bob.refused("DmApi", "list_project_files", 404, project_id=project)
    reading = {"project_id": project, "project_file": "secret.csv", "local_file": str(tmp_path / "stolen")}
    bob.refused("DmApi", "get_unmanaged_project_file", 404, **reading)
    bob.refused("DmApi", "put_unmanaged_project_files", 404, project_id=project, project_files=local, force=True)
    bob.refused("DmApi", "delete_unmanaged_project_files", 404, project_id=project, project_files="secret.csv")
    bob.refused("DmApi", "create_project_path", 404, project_id=project, project_path="/mine")
    bob.refused("DmApi", "delete_project_path", 404, project_id=project, project_path="/mine")
    moved = {"project_src_path": "/a", "project_dst_path": "/b"}
    bob.refused("DmApi", "move_project_path", 404, project_id=project, **moved)
    bob.refused("DmApi", "move_project_file", 404, project_id=project, file="secret.csv", dst_file="mine.csv")
    bob.refused("DmApi", "add_project_editor", 404, project_id=project, editor=bob.username)
    assert not (tmp_path / "stolen").exists()

    ada.dm_ok("add_project_observer", project_id=project, observer=bob.username)
    bob.dm_ok("get_unmanaged_project_file", **reading)
    bob.refused("DmApi", "put_unmanaged_project_files", 403, project_id=project, project_files=local, force=True)
    bob.refused("DmApi", "delete_unmanaged_project_files", 403, project_id=project, project_files="secret.csv")


def test_paths_that_lead_astray_are_refused(ada: Squonk, project: str) -> None:
    for path in ("/../other", "/a/../../b", "/a//b", "/bell\a", "/" + "x" * 256, "/" + "a/" * 600):
        ada.refused("DmApi", "create_project_path", 400, project_id=project, project_path=path)
        ada.refused("DmApi", "delete_project_path", 400, project_id=project, project_path=path)


def test_the_fields_of_an_upload_may_follow_its_file(ada: Squonk, project: str) -> None:
    form = {"file": ("may.csv", b"level\n"), "path": (None, b"/late"), "as_filename": (None, b"june.csv")}
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        answer = http.put(f"/data-manager-api/project/{project}/file", files=form)
    assert answer.status_code == 201
    assert names(ada.dm_ok("list_project_files", project_id=project, project_path="/late")) == ["june.csv"]


def test_errors_have_one_text_that_names_the_fault_and_the_next_step(ada: Squonk, project: str) -> None:
    with httpx.Client(base_url=f"{ada.url}/data-manager-api", headers={"Authorization": f"Bearer {ada.token}"}) as http:
        missing = http.put("/path", params={"project_id": project})
        assert (missing.status_code, missing.json()) == (400, {"error": "path is missing (send path)"})
        hidden = http.get("/project/project-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11")
        assert hidden.status_code == 404
        assert set(hidden.json()) == {"error"}
        stranger = http.get("/project", headers={"Authorization": "Bearer none"})
        assert (stranger.status_code, stranger.content) == (401, b"")
