"""Single files that become versions, without doors."""

import pytest

from fieldstation.core.datasets.model import Arrival, Stage, Wanted
from fieldstation.core.datasets.store import arrivals as store
from fieldstation.core.datasets.store.datasets import Seen
from fieldstation.core.tasks.model import Purpose
from fieldstation.kernel.errors import Conflict, NotFound, TooLarge
from tests.integration.datasets.station import QUOTA, Person, Station


@pytest.fixture
def unit(station: Station, ada: Person) -> str:
    with station.database.begin() as tx:
        return station.units.create_personal(tx, ada.caller, 1).id


def arrival(station: Station, unit: str, dataset_id: str | None = None) -> Arrival:
    stored = station.store.put_bytes(b"a,b\n")
    station.store.flush()
    return Arrival(stored=stored, file_name="a.csv", media_type="text/csv", unit=unit, dataset_id=dataset_id)


def test_a_version_whose_work_was_given_up_has_failed_and_may_be_removed(
    station: Station, ada: Person, unit: str
) -> None:
    with station.database.begin() as tx:
        made = station.arrivals.received(tx, ada.caller, arrival(station, unit))
        dataset = made.version.dataset_id
        shown = station.arrivals.version(tx, ada.caller, dataset, 1)
        assert (shown.stage, shown.unit) == (Stage.FORMATTING, unit)
        task = station.tasks.show(tx, ada.caller, made.task_id)
        assert (task.purpose, task.purpose_id, task.purpose_version) == (Purpose.DATASET, dataset, 1)
        with pytest.raises(Conflict) as early:
            station.removals.remove(tx, ada.caller, dataset, 1)
        assert early.value.reason == "stage"
    with station.database.begin() as tx:
        station.tasks.finished(tx, made.task_id, 1, "given up")
        assert station.arrivals.version(tx, ada.caller, dataset, 1).stage is Stage.FAILED
        station.removals.remove(tx, ada.caller, dataset, 1)
        assert station.arrivals.due(tx, made.version.id) is None
        assert station.arrivals.list(tx, ada.caller, Wanted()) == []


def test_versions_that_came_by_other_ways_are_done(station: Station, ada: Person, bob: Person, unit: str) -> None:
    ada.make("rain")
    ada.send("rain", {"2021/may.csv": b"1"})
    ada.send("rain", {"a.csv": b"1", "b.csv": b"2"})
    with station.database.begin() as tx:
        (held,) = station.arrivals.list(tx, ada.caller, Wanted())
        (only,) = held.versions
        assert (only.number, only.stage, only.media_type, only.unit) == (1, Stage.DONE, "text/csv", None)
        made = station.arrivals.received(tx, ada.caller, arrival(station, unit, dataset_id="rain"))
        assert (made.version.dataset_id, made.version.number) == (held.dataset_id, 3)
        assert station.arrivals.list(tx, bob.caller, Wanted()) == []
        with pytest.raises(NotFound):
            station.arrivals.show(tx, bob.caller, held.dataset_id)


def test_what_does_not_fit_is_refused_and_reserves_nothing(station: Station, ada: Person, unit: str) -> None:
    with station.database.begin() as tx:
        upload = station.uploads.expect(tx, ada.caller, QUOTA)
        with pytest.raises(TooLarge):
            station.uploads.expect(tx, ada.caller, 1)
    with station.database.begin() as tx:
        station.arrivals.received(tx, ada.caller, arrival(station, unit), [upload])
        assert station.uploads.account(tx, ada.caller).reserved == 0
        with pytest.raises(Conflict) as again:
            station.arrivals.received(tx, ada.caller, arrival(station, unit), [upload])
    assert again.value.reason == "upload_gone"


def test_an_empty_page_of_the_list_leads_on(station: Station, ada: Person, unit: str) -> None:
    seen = Seen(condition="true", values={})
    with station.database.begin() as tx:
        made = station.arrivals.received(tx, ada.caller, arrival(station, unit))
    ada.make("several")
    ada.send("several", {"a.csv": b"1", "b.csv": b"2"})
    with station.database.begin() as tx:
        none, after = store.page(tx, seen, Wanted(), None, 1)
        assert (none, after is None) == ([], False)
        (found,), after = store.page(tx, seen, Wanted(), after, 1)
        assert found.dataset_id == made.version.dataset_id
        assert store.page(tx, seen, Wanted(), after, 1) == ([], None)
