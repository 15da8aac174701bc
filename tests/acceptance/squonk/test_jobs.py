"""Jobs, manifests and rates, with the unmodified client in the hands of an administrator and of others."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.conftest import token_of
from tests.integration.gateways.servers import Served, say, served
from tests.unit.tools.squonk_files import BAD, COUNT, NEXTFLOW, STRAY, file_of

BUILT_IN = {("im-test", name, "1.0.0") for name in ("nop", "event-test", "coin-test", "count-lines")}
MANIFEST = "kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [jobs.yaml, more.yaml]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this station takes definitions from."""
    made = tmp_path_factory.mktemp("definitions") / "data-manager"
    made.mkdir()
    return made


@pytest.fixture(scope="module")
def web() -> Iterator[Served]:
    """A host on this machine that has definitions too, one of them for whom it does not know."""
    manifest = "kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [jobs.yaml]\n"
    with served(
        {
            "/dm/manifest.yaml": say(200, manifest.encode()),
            "/dm/jobs.yaml": say(200, file_of(COUNT).replace("acme", "webbed", 1).encode()),
            "/dm/away.yaml": say(302, Location="http://169.254.169.254/manifest.yaml"),
        }
    ) as started:
        yield started


@pytest.fixture(scope="module")
def station(folder: Path, web: Served) -> Iterator[RunningStation]:
    """A station for development."""
    place = Path(tempfile.mkdtemp(prefix="fst-jobs-"))
    place.chmod(0o711)  # the users of runs pass through
    chosen = {
        "FIELDSTATION_TOOL_SOURCES": f"file:{folder}/,http://127.0.0.1:{web.port}/dm/",
        "FIELDSTATION_OUTBOUND_ALLOW": "127.0.0.1",
        "FIELDSTATION_MODE": "DEVELOPMENT",
    }
    try:
        with running_station(place / "station", environment=chosen) as started:
            yield started
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def admin(station: RunningStation) -> Iterator[Squonk]:
    """Its first user."""
    token = token_of(station, "admin", station.admin_password)
    client = Squonk(url=station.url, token=token, username="admin")
    client.dm_ok("set_admin_state", admin=True)
    yield client
    client.close()


@pytest.fixture
def files(folder: Path) -> str:
    """A manifest of two files, as a job's author may leave them; return its address."""
    (folder / "manifest.yaml").write_text(MANIFEST)
    (folder / "jobs.yaml").write_text(file_of(COUNT))
    (folder / "more.yaml").write_text(file_of(NEXTFLOW.replace("enumerate-old", "count-atoms"), BAD))
    return f"file:{folder}/manifest.yaml"


def named(job: dict[str, Any]) -> tuple[str, str, str]:
    """Return what names a job."""
    return job["collection"], job["job"], job["version"]


def test_jobs_of_its_own_come_with_a_station(squonk_admin: Squonk, ada: Squonk) -> None:
    for client in (squonk_admin, ada):
        answer = client.dm_ok("get_jobs")
        assert {named(job) for job in answer["jobs"]} >= BUILT_IN
        assert answer["count"] == len(answer["jobs"])
        assert client.dm_ok("get_available_jobs") == answer
    nop = ada.dm_ok("get_job_by_version", job_collection="im-test", job_job="nop", job_version="1.0.0")
    assert nop == ada.dm_ok("get_job", job_id=nop["id"])
    assert (nop["application"]["application_id"], nop["image_type"]) == ("datamanagerjobs.squonk.it", "SIMPLE")
    assert (nop["disabled"], nop["required_assets"], nop["exchange_rate"]) == (False, [], "0")
    assert "replaces" not in nop
    ada.refused("DmApi", "get_job", 404, job_id=999_999)
    ada.refused("DmApi", "get_job_by_version", 404, job_collection="im-test", job_job="nop", job_version="2")


def test_what_reads_definitions_is_told_to_anybody(squonk_station: RunningStation, ada: Squonk) -> None:
    assert ada.dm_ok("get_job_definition_schema_version") == {"version": "2.8.0"}
    handlers = ada.dm_ok("get_input_handler")
    assert {handler["input_type"] for handler in handlers["input_handlers"]} == {"file", "files", "molecules-smi"}
    assert httpx.get(f"{squonk_station.url}/data-manager-api/input-handler").json() == handlers
    assert ada.dm_ok("get_mode") == {"mode": "PRODUCTION"}


def test_a_manifest_is_loaded_job_by_job(admin: Squonk, files: str) -> None:
    loaded = admin.dm_ok("put_job_manifest", url=files, header='{"PRIVATE-TOKEN": "s3cret"}', params='{"ref": "main"}')
    assert loaded["status"] is False
    assert (loaded["num_manifest_files_inspected"], loaded["num_job_definition_files_inspected"]) == (1, 2)
    assert (loaded["num_jobs_inspected"], loaded["num_jobs_loaded"]) == (3, 2)
    (failure,) = loaded["job_definition_failures"]
    assert failure.startswith("more.yaml: line ")
    assert failure.endswith("/jobs/broken/image is missing")
    assert "manifest_file_failures" not in loaded

    job = admin.dm_ok("get_job_by_version", job_collection="acme", job_job="count-atoms", job_version="1.0.0")
    assert job["command"].startswith("/code/count.py --input '{{ inputFile }}'")
    assert set(job["variables"]) == {"inputs", "options", "outputs"}
    assert job["variables"]["options"]["properties"]["top"] == {
        "title": "How many",
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
    }
    assert (job["image_name"], job["image_tag"], job["image_project_directory"]) == ("acme/count", "1.0.0", "/data")
    assert job["doc_url"].endswith("/data-manager/docs/acme/count-atoms.md")
    other = admin.dm_ok("get_job_by_version", job_collection="acme", job_job="enumerate", job_version="2.1")
    assert (other["image_type"], other["replaces"]) == ("NEXTFLOW", [{"collection": "acme", "job": "count-atoms"}])
    assert job["replaced_by"] == [{"collection": "acme", "job": "enumerate"}]
    assert "replaced_by" not in other
    assert (other["disabled"], other["missing_assets"]) == (True, ["license-file"])

    (manifest,) = admin.dm_ok("get_job_manifests")["job_manifests"]
    assert (manifest["url"], manifest["creator"], manifest["last_load_status"]) == (files, "admin", "FAILURE")
    assert manifest["job_definitions_loaded"] == 2
    assert "s3cret" not in str(manifest)
    assert "PRIVATE-TOKEN" in manifest["header"]


def test_a_reload_replaces_a_job_in_place(admin: Squonk, station: RunningStation, files: str, folder: Path) -> None:
    admin.dm_ok("put_job_manifest", url=files)
    (folder / "more.yaml").write_text(file_of(NEXTFLOW))
    before = admin.dm_ok("get_job_by_version", job_collection="acme", job_job="count-atoms", job_version="1.0.0")
    (folder / "jobs.yaml").write_text(file_of(COUNT.replace("Count atoms", "Count all atoms")))
    loaded = admin.dm_ok("load_job_manifests")
    assert (loaded["status"], loaded["num_jobs_loaded"]) == (True, 2)
    after = admin.dm_ok("get_job_by_version", job_collection="acme", job_job="count-atoms", job_version="1.0.0")
    assert (after["id"], after["name"]) == (before["id"], "Count all atoms")
    (manifest,) = admin.dm_ok("get_job_manifests")["job_manifests"]
    assert manifest["last_load_status"] == "SUCCESS"
    assert "last_successful_load_time" in manifest
    (folder / "jobs.yaml").write_text(file_of(COUNT, COUNT.replace("count-atoms", "count-two").replace("1.0.0'", "2'")))
    admin.dm_ok("load_job_manifests")
    known = {named(job): job["id"] for job in admin.dm_ok("get_jobs")["jobs"]}
    assert known[("acme", "count-atoms", "1.0.0")] == before["id"]
    assert ("acme", "count-two", "2") in known
    with httpx.Client(base_url=station.url, headers={"Authorization": f"Bearer {admin.token}"}) as rest:
        listed = rest.get("/api/v1/tools", params={"search": "count atoms"}).json()["items"]
        assert {(tool["namespace"], tool["format"]) for tool in listed} == {("squonk2/acme", "squonk2")}


def test_a_strict_manifest_keeps_its_rules_to_the_letter_until_that_is_undone(
    admin: Squonk, station: RunningStation, files: str, folder: Path
) -> None:
    (folder / "jobs.yaml").write_text(file_of(STRAY))
    with httpx.Client(base_url=station.url, headers={"Authorization": f"Bearer {admin.token}"}) as rest:
        refused = rest.post("/api/v1/tool-manifests", json={"url": files, "strict": True}).json()
        assert (refused["ok"], refused["loaded"]) == (False, 0)
        assert any("/jobs/stray/version" in failure for failure in refused["job_failures"])
        assert admin.dm_ok("put_job_manifest", url=files)["num_jobs_loaded"] == 0
        (known,) = rest.get("/api/v1/tool-manifests").json()["items"]
        assert known["strict"] is True
        undone = rest.post("/api/v1/tool-manifests", json={"url": files, "strict": False}).json()
        assert undone["loaded"] == 2


def test_rates_are_decimal_and_kept(admin: Squonk, files: str) -> None:
    admin.dm_ok("put_job_manifest", url=files)
    name = {"collection": "acme", "job": "count-atoms", "version": "1.0.0"}
    job = admin.dm_ok("get_job_by_version", **{f"job_{part}": text for part, text in name.items()})
    admin.dm_ok("set_job_exchange_rates", rates={**name, "rate": "0.050", "comment": "to begin with"})
    admin.dm_ok("set_job_exchange_rates", rates=[{**name, "rate": "1E-2"}])
    history = admin.dm_ok("get_job_exchange_rate", job_id=job["id"])
    assert (history["id"], history["count"]) == (job["id"], 2)
    assert [(rate["rate"], rate["user_id"]) for rate in history["exchange_rates"]] == [
        ("0.01", "admin"),
        ("0.05", "admin"),
    ]
    assert history["exchange_rates"][1]["comment"] == "to begin with"
    assert admin.dm_ok("get_job_exchange_rate", job_id=job["id"], current=True)["count"] == 1
    undefined = admin.dm_ok("get_job_exchange_rates", only_undefined=True)
    assert named(job) not in {named(one) for one in undefined["exchange_rates"]}
    rates = {named(one): one.get("rate") for one in admin.dm_ok("get_job_exchange_rates")["exchange_rates"]}
    assert rates[named(job)] == "0.01"
    for rate in ("-1", "NaN", "1e30", "0.0000001"):
        answer = admin.dm("set_job_exchange_rates", rates={**name, "rate": rate})
        assert (answer.success, answer.status) == (False, 400), rate
    assert admin.dm_ok("get_job", job_id=job["id"])["exchange_rate"] == "0.01"


def test_definitions_are_taken_back_in_development_only(admin: Squonk, squonk_admin: Squonk, files: str) -> None:
    admin.dm_ok("put_job_manifest", url=files)
    job = admin.dm_ok("get_job_by_version", job_collection="acme", job_job="count-atoms", job_version="1.0.0")
    (manifest,) = admin.dm_ok("get_job_manifests")["job_manifests"]
    admin.dm_ok("delete_job_manifest", job_manifest_id=manifest["id"], purge=True)
    admin.refused("DmApi", "get_job", 404, job_id=job["id"])
    assert {named(one) for one in admin.dm_ok("get_jobs")["jobs"]} == BUILT_IN
    assert admin.dm_ok("get_job_manifests") == {"count": 0, "job_manifests": []}
    admin.refused("DmApi", "delete_job_manifest", 404, job_manifest_id=manifest["id"])
    admin.dm_ok("put_job_manifest", url=files)
    assert admin.dm_ok("get_job", job_id=job["id"])["id"] == job["id"]
    (again,) = admin.dm_ok("get_job_manifests")["job_manifests"]
    admin.dm_ok("delete_job_manifest", job_manifest_id=again["id"])
    assert admin.dm_ok("get_job", job_id=job["id"])["id"] == job["id"]
    squonk_admin.refused("DmApi", "load_job_manifests", 403)
    squonk_admin.refused("DmApi", "delete_job_manifest", 403, job_manifest_id=1)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("file:/etc/passwd", 403),
        ("https://169.254.169.254/manifest.yaml", 403),
        ("https://raw.githubusercontent.com/a/b/main/data-manager/manifest.yaml", 403),
        ("nothing", 400),
    ],
)
def test_manifests_come_from_named_places_only(admin: Squonk, url: str, status: int) -> None:
    admin.refused("DmApi", "put_job_manifest", status, url=url)


def test_a_manifest_that_fails_is_told(admin: Squonk, folder: Path) -> None:
    (folder / "bad.yaml").write_text(
        "kind: DataManagerManifest\nkind-version: '2021.1'\njob-definition-files: [../x]\n"
    )
    for name in ("bad.yaml", "missing.yaml"):
        told = admin.dm_ok("put_job_manifest", url=f"file:{folder}/{name}")
        assert (told["status"], told["num_jobs_loaded"]) == (False, 0)
        assert name in told["manifest_file_failures"][0]
    admin.refused("DmApi", "put_job_manifest", 400, url=f"file:{folder}/bad.yaml", header="[1]")


def test_a_manifest_comes_from_the_web_with_what_its_host_wants_to_see(admin: Squonk, web: Served) -> None:
    base = f"http://127.0.0.1:{web.port}/dm"
    secrets = {"header": '{"PRIVATE-TOKEN": "s3cret"}', "params": '{"ref": "main"}'}
    loaded = admin.dm_ok("put_job_manifest", url=f"{base}/manifest.yaml", **secrets)
    assert (loaded["status"], loaded["num_jobs_loaded"]) == (True, 1)
    assert [(path, headers["PRIVATE-TOKEN"]) for path, headers in web.asked] == [
        ("/dm/manifest.yaml?ref=main", "s3cret"),
        ("/dm/jobs.yaml?ref=main", "s3cret"),
    ]
    job = admin.dm_ok("get_job_by_version", job_collection="webbed", job_job="count-atoms", job_version="1.0.0")
    assert job["doc_url"] == f"{base}/docs/webbed/count-atoms.md"
    led_away = admin.dm_ok("put_job_manifest", url=f"{base}/away.yaml")
    assert led_away["status"] is False
    assert "takes no definitions from there" in led_away["manifest_file_failures"][0]
    for manifest in admin.dm_ok("get_job_manifests")["job_manifests"]:
        if manifest["url"].startswith(base):
            admin.dm_ok("delete_job_manifest", job_manifest_id=manifest["id"], purge=True)


def test_others_read_jobs_and_change_nothing(ada: Squonk, squonk_admin: Squonk) -> None:
    nop = ada.dm_ok("get_job_by_version", job_collection="im-test", job_job="nop", job_version="1.0.0")
    rate = {"collection": "im-test", "job": "nop", "version": "1.0.0", "rate": "1"}
    for name, arguments in (
        ("get_job_manifests", {}),
        ("put_job_manifest", {"url": "file:/x"}),
        ("load_job_manifests", {}),
        ("delete_job_manifest", {"job_manifest_id": 1}),
        ("set_job_exchange_rates", {"rates": rate}),
    ):
        ada.refused("DmApi", name, 403, **arguments)
    assert ada.dm_ok("get_job_exchange_rate", job_id=nop["id"])["count"] == 0
