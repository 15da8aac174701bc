"""With accounting on, what people make is paid for: the same rule at three ways in."""

import shutil
import tempfile
from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def station() -> Iterator[RunningStation]:
    """A station with accounting."""
    place = Path(tempfile.mkdtemp(prefix="fst-paid-"))
    place.chmod(0o711)
    try:
        with running_station(place / "station", environment={"FIELDSTATION_ACCOUNTING": "true"}) as started:
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
    with Station(station.url, eve.token) as known, pytest.raises(ClientError, match="no storage subscription"):
        known.datasets.create("hail", unit=unit)
