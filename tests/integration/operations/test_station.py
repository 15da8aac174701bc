"""The station at a glance, for its operators alone."""

from tests.integration.runs.conftest import OpenStation, open_station, serving
from tests.integration.runs.test_rights_later import Guest

__all__ = ["open_station", "serving"]


def test_operators_see_every_part_and_engine(open_station: OpenStation) -> None:
    station = open_station(slots=3)
    station.submit("hello")
    seen = station.get("/station")
    assert (seen["condition"], seen["runs"]) == ("ok", {"queued": 1})
    assert {"database", "engines", "disk"} <= {part["name"] for part in seen["parts"]}
    (engine,) = seen["engines"]
    assert (engine["name"], engine["works"], engine["slots"]) == ("sandbox", True, 3)
    assert "missing" not in engine
    assert set(engine["images"]) >= {"host", "station"}
    assert engine["isolation"] == "strong"
    assert seen["version"]


def test_nobody_else_does(open_station: OpenStation) -> None:
    station = open_station()
    bob = Guest(station, "bob")
    assert bob.client.get("/api/v1/station").status_code == 403
    bob.client.close()
    station.client.headers.pop("Authorization")
    assert station.client.get("/api/v1/station").status_code == 401
