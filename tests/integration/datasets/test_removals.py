"""Single versions removed for good, and what is left of their data set."""

from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Permission
from tests.integration.datasets.station import QUOTA, Person, Station

RAIN = "/api/v1/datasets/rain"


def used(person: Person) -> int:
    size: int = person.client.get("/api/v1/storage").json()["used"]
    return size


def removed(station: Station, person: Person, number: int) -> None:
    """Remove a version through the door, and do what its task does."""
    version = person.client.get(f"{RAIN}/versions/{number}").json()["id"]
    answer = person.client.delete(f"{RAIN}/versions/{number}")
    assert (answer.status_code, set(answer.json())) == (202, {"task"})
    for _ in range(2):  # whoever does it may be followed by another
        with station.database.begin() as tx:
            station.removals.forget(tx, version)


def test_a_removed_version_is_gone_and_the_others_stay(station: Station, ada: Person, bob: Person) -> None:
    ada.make("rain")
    for data in (b"one", b"second", b"second"):
        assert ada.send("rain", {"a.csv": data}).status_code == 201
    assert used(ada) == 15
    first = ada.client.get(f"{RAIN}/versions/1").json()["id"]
    assert bob.client.delete(f"{RAIN}/versions/1").status_code == 404

    removed(station, ada, 1)
    assert used(ada) == 12
    for address in ("versions/1", "versions/1/files", "versions/1/files/a.csv", "versions/1/archive.zip"):
        assert ada.client.get(f"{RAIN}/{address}").status_code == 404
    assert ada.client.delete(f"{RAIN}/versions/1").status_code == 404
    listed = ada.client.get(f"{RAIN}/versions").json()["items"]
    assert [one["number"] for one in listed] == [3, 2]
    use = DataUse(station.datasets, station.people, QUOTA)
    with station.database.begin() as tx:
        assert use.gone(tx, [first]) == {first}
        assert use.readable(tx, ada.caller, [first]) == {}

    removed(station, ada, 3)
    assert used(ada) == 12, "its bytes are those of version 2, which are kept"
    with station.database.begin() as tx:
        assert station.datasets.resolve(tx, ada.caller, "rain", Permission.DATASET_READ).number == 2
    assert ada.send("rain", {"a.csv": b"next"}).json()["number"] == 4


def test_the_last_version_takes_its_data_set_with_it(station: Station, ada: Person) -> None:
    dataset = ada.make("rain")
    ada.send("rain", {"a.csv": b"one"})
    ada.send("rain", {"a.csv": b"one"})
    removed(station, ada, 1)
    removed(station, ada, 2)
    assert ada.client.get(RAIN).status_code == 404
    for _ in range(5):
        with station.database.begin() as tx:
            station.garbage.empty_trash(tx)
    assert used(ada) == 0
    assert ada.client.get(f"/api/v1/datasets/{dataset}").status_code == 404


def test_versions_of_several_files_stay(ada: Person) -> None:
    ada.make("rain")
    ada.send("rain", {"a.csv": b"1", "b.csv": b"2"})
    answer = ada.client.delete(f"{RAIN}/versions/1")
    assert (answer.status_code, answer.json()["reason"]) == (404, "no_version")
    assert ada.client.get(f"{RAIN}/versions/1").status_code == 200
