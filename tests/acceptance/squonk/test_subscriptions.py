"""With accounting on, what people make is paid for: the same rule at three ways in."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.client import ClientError, Station
from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.person import Person
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.conftest import token_of

TIER = {"product_type": "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "flavour": "BRONZE"}
STORAGE = {"product_type": "DATA_MANAGER_STORAGE_SUBSCRIPTION", "allowance": 10, "limit": 10}
CHOSEN = {
    "FIELDSTATION_ACCOUNTING": "true",
    "FIELDSTATION_STRICT_JOBS": "true",  # nothing else here asks for more than the rules say
    "FIELDSTATION_TIERS": "evaluation=1/1, bronze=1000/2000, silver=1/1, gold=20000/40000",
}
WORKFLOW = """
kind: DataManagerWorkflow
kind-version: '2025.2'
name: one-step
steps:
- {name: only, specification: {collection: im-test, job: nop, version: 1.0.0}}
"""


@pytest.fixture(scope="module")
def station() -> Iterator[RunningStation]:
    """A station with accounting."""
    place = Path(tempfile.mkdtemp(prefix="fst-paid-"))
    place.chmod(0o711)
    try:
        with running_station(place / "station", environment=CHOSEN) as started:
            yield started
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def eve(station: RunningStation, tmp_path: Path) -> Iterator[Squonk]:
    token = token_of(station, "admin", station.admin_password)
    with Station(station.url, token) as known:
        known.users.add("eve", password="eve-password-eve")
    client = Squonk(url=station.url, token=token_of(station, "eve", "eve-password-eve"), username="eve")
    yield client
    client.close()


@dataclass(frozen=True, kw_only=True)
class Institute:
    """Somebody with no unit of her own, who belongs to one that pays for the project `Gauge`, of the tier `tier`."""

    ida: Person
    http: httpx.Client
    organisation: str
    unit: str
    tier: str
    project: str


def person_of(station: RunningStation, username: str, home: Path) -> Person:
    with Station(station.url, token_of(station, "admin", station.admin_password)) as known:
        known.users.add(username, password=f"{username}-password")
    token = token_of(station, username, f"{username}-password")
    home.mkdir(exist_ok=True)
    return Person(
        username=username, home=home, environment={"FIELDSTATION_URL": station.url, "FIELDSTATION_TOKEN": token}
    )


@pytest.fixture(scope="module")
def institute(station: RunningStation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Institute]:
    ida = person_of(station, "ida", tmp_path_factory.mktemp("ida"))
    (ida.home / "may.csv").write_text("date,level\n2026-05-01,3\n")
    headers = {"Authorization": f"Bearer {token_of(station, 'admin', station.admin_password)}"}
    made = httpx.post(
        f"{station.url}/api/v1/organisations", json={"name": "Moorland", "owner": "ida"}, headers=headers
    ).json()
    with httpx.Client(
        base_url=station.url, headers={"Authorization": f"Bearer {ida.environment['FIELDSTATION_TOKEN']}"}
    ) as http:
        unit = unit_of(http, made["id"], "Rivers", allowance=10, limit=10)[0]
        tier = made_in(http, "products", type="project_tier", unit=unit, name="work", flavour="silver")
        project = made_in(http, "projects", name="Gauge", product=tier)
        yield Institute(ida=ida, http=http, organisation=made["id"], unit=unit, tier=tier, project=project)


def made_in(http: httpx.Client, things: str, **body: Any) -> str:
    answer = http.post(f"/api/v1/{things}", json=body)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def unit_of(http: httpx.Client, organisation: str, name: str, *, allowance: int, limit: int) -> tuple[str, str]:
    """Make a unit, and what pays for its data sets."""
    unit = made_in(http, f"organisations/{organisation}/units", name=name, billing_day=3)
    terms = {"allowance": str(allowance), "limit": str(limit)}
    return unit, made_in(http, "products", type="storage", unit=unit, name="room", **terms)


def test_what_comes_from_a_project_is_paid_for_by_its_unit_and_work_is_refused_at_its_limit(
    institute: Institute, station: RunningStation
) -> None:
    ida, http = institute.ida, institute.http
    ida.ok("dataset", "add", "levels", ida.home / "may.csv", "--unit", institute.unit)
    order = ("table-summary", "--input", "table=levels", "--parameter", "date_column=date")
    own = ida.fst("run", "submit", *order)  # in her own project, for which no unit pays
    assert (own.code, "--unit" in own.next_step) == (4, True)
    elsewhere = ida.fst("run", "submit", *order, "--output", "levels", "--unit", "Ponds")
    assert elsewhere.code == 3
    ida.ok("run", "submit", *order, "--output", "own-results", "--unit", "Rivers")
    ida.ok("run", "submit", *order, "--project", "Gauge", "--no-reuse")
    draft = made_in(http, "workflows", name="one", scope="user", definition=WORKFLOW)
    version = made_in(http, f"workflows/{draft}/versions", version="1.0.0")

    gauge_file = f"/api/v1/projects/{institute.project}/files/may.csv"
    assert http.put(gauge_file, content=b"level\n").status_code in (
        200,
        201,
    )  # a coin for the day, which is all that it has
    ida.ok("file", "save", "may.csv", "from-project", "--project", "Gauge")
    own_file = f"/api/v1/projects/{http.get('/api/v1/me').json()['project']}/files/may.csv"
    assert http.put(own_file, content=b"level\n").status_code in (200, 201)
    assert "--unit" in ida.fst("file", "save", "may.csv", "from-own").next_step
    ida.ok("file", "save", "may.csv", "from-own", "--unit", institute.unit)

    gus = person_of(station, "gus", ida.home / "gus")
    ida.ok("project", "member", "Gauge", "gus", "--role", "editor")
    guest = gus.fst("file", "save", "may.csv", "mine", "--project", institute.project)
    assert (guest.code, "--unit" in guest.next_step) == (4, True)  # the unit pays for those who belong to it

    for path, body in (
        ("/api/v1/runs", {"tool": "table-summary", "inputs": {"table": "levels"}, "project": institute.project}),
        ("/api/v1/runs/quote", {"tool": "table-summary", "inputs": {"table": "levels"}, "project": institute.project}),
        (f"/api/v1/workflows/{version}/runs", {"name": "again", "project": institute.project}),
    ):
        refused = http.post(path, json=body)
        assert (refused.status_code, refused.json()["reason"]) == (402, "no_coins"), (path, refused.text)
        assert institute.tier in refused.json()["detail"], path
    told = ida.fst("workflow", "run", version, "--project", "Gauge")
    assert (told.code != 0, f"product change {institute.tier}" in told.next_step) == (True, True)


def test_a_data_set_that_there_is_takes_nothing_more_at_the_limit_of_its_unit(institute: Institute) -> None:
    ida, http = institute.ida, institute.http
    pond, room = unit_of(http, institute.organisation, "Pond", allowance=1, limit=1)
    free = made_in(http, "products", type="project_tier", unit=pond, name="look", flavour="evaluation")
    project = made_in(http, "projects", name="Frogs", product=free)
    put = http.put(f"/api/v1/projects/{project}/files/may.csv", content=b"level\n")
    assert put.status_code in (200, 201)
    form = {"project_id": project, "path": "/", "file_name": "may.csv", "dataset_type": "text/csv"}
    saved = http.put("/data-manager-api/dataset", data=form)  # counted at once: a coin for the day
    assert saved.status_code == 201, saved.text
    dataset = saved.json()["dataset_id"]
    run = {"tool": "table-summary", "inputs": {"table": dataset}, "project": project}
    for path, body in (
        (f"/api/v1/projects/{project}/saves", {"path": "may.csv", "dataset": dataset}),
        (f"/api/v1/projects/{project}/saves", {"path": "may.csv", "dataset": "frogs"}),
        ("/api/v1/runs", run | {"output": {"dataset": dataset}}),
        ("/api/v1/runs", run | {"output": {"unit": pond}}),
    ):
        refused = http.post(path, json=body)
        assert (refused.status_code, refused.json()["reason"]) == (402, "no_coins"), (body, refused.text)
        assert room in refused.json()["detail"]
    other = http.post("/api/v1/runs", json=run | {"output": {"dataset": dataset, "unit": institute.unit}})
    assert (other.status_code, other.json()["reason"]) == (409, "other_unit")
    ida.ok("product", "change", room, "--limit", "100")
    ida.ok("file", "save", "may.csv", dataset, "--project", project)


def test_nothing_is_made_that_nobody_pays_for(eve: Squonk, station: RunningStation, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n")
    eve.accounts("create_personal_unit", billing_day=3)
    unit = eve.accounts_ok("get_personal_unit")["id"]
    person = Person(
        username="eve",
        home=tmp_path,
        environment={"FIELDSTATION_URL": station.url, "FIELDSTATION_TOKEN": eve.token},
    )

    def upload() -> Any:
        return eve.dm("upload_dataset", dataset_file=str(file), dataset_type="text/csv", unit_id=unit)

    with httpx.Client(base_url=eve.url, headers={"Authorization": f"Bearer {eve.token}"}) as http:
        refused = http.post("/api/v1/datasets", json={"name": "rain"})
        assert (refused.status_code, refused.json()["reason"]) == (403, "no_subscription")
        assert f"--unit {unit} --allowance" in refused.json()["next_step"]
        assert (upload().success, upload().status) == (False, 403)
        told = person.fst("dataset", "add", "rain", file)
        assert told.code == 4
        assert f"--unit {unit}" in told.next_step
        refused = http.post("/api/v1/projects", json={"name": "Work"})
        assert (refused.status_code, refused.json()["reason"]) == (403, "no_subscription")
        assert person.fst("project", "create", "Work").code == 4

        storage = eve.accounts_ok("create_product", product_name="room", unit_id=unit, **STORAGE)["id"]
        eve.refused("DmApi", "create_project", 403, project_name="Work", as_tier_product_id=storage)
        tier = eve.accounts_ok("create_product", product_name="work", unit_id=unit, **TIER)["id"]
        assert http.post("/api/v1/projects", json={"name": "Work", "product": tier}).status_code == 201
        eve.refused("DmApi", "create_project", 403, project_name="More", as_tier_product_id=tier)
        assert person.fst("project", "create", "More", "--product", tier).code == 4
        assert http.post("/api/v1/datasets", json={"name": "rain"}).status_code == 201
        person.ok("dataset", "add", "snow", file, "--unit", unit)
        assert upload().success
        eve.accounts_ok("delete_product", product_id=storage)
        assert upload().status == 403
        more = http.post("/api/v1/datasets/snow/versions", files={"files": ("b.csv", b"a,b")})
        assert (more.status_code, more.json()["reason"]) == (403, "no_subscription")
    with Station(station.url, eve.token) as known, pytest.raises(ClientError, match="no storage subscription"):
        known.datasets.create("hail", unit=unit)


def test_a_strict_station_takes_only_what_a_job_declares(institute: Institute) -> None:
    dry = ("instance", "launch", "--dry", "-p", institute.project)
    institute.ida.ok(*dry, "im-test/event-test@1.0.0", "events=2")
    refused = institute.ida.fst(*dry, "im-test/event-test@1.0.0", "events=2", "more=text")
    assert (refused.code, "is not known here" in refused.err) == (1, True), refused.err
