"""Errors that nobody expected are kept for operators, found by the request that met them, and never told to others."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from fieldstation.core.incidents.model import KEPT, REQUESTS_KEPT, note
from fieldstation.kernel.logs import configure_logs, logger
from tests.integration.runs.conftest import OpenStation, desk, open_station, serving
from tests.integration.runs.desk import Desk
from tests.integration.runs.station import Station
from tests.integration.runs.test_rights_later import Guest

__all__ = ["desk", "open_station", "serving"]

SECRET = "a body that nobody should read"


@pytest.fixture
def station(open_station: OpenStation) -> Iterator[Station]:
    configure_logs("error")
    opened = open_station().work()
    app: FastAPI = opened.process.app

    @app.get("/api/v1/broken")
    async def broken() -> None:
        raise RuntimeError(f"cannot read '{SECRET}'")

    app.router.routes.insert(0, app.router.routes.pop())  # before the console, which answers every address
    yield opened
    opened.rest()


def test_the_id_that_a_problem_gives_leads_to_the_error(station: Station) -> None:
    problem = station.client.get("/api/v1/broken")
    assert problem.status_code == 500
    request = problem.json()["instance"]
    found = station.wait(
        lambda: (
            answer.json()
            if (answer := station.client.get(f"/api/v1/station/errors/{request}")).status_code == 200
            else None
        )
    )
    assert (found["kind"], found["place"], found["count"]) == ("RuntimeError", "route GET /api/v1/broken", 1)
    assert request in found["requests"]
    assert SECRET not in str(found)
    assert station.get(f"/station/errors/{found['id']}") == found


def test_an_error_that_repeats_is_counted(station: Station) -> None:
    for _ in range(5):
        assert station.client.get("/api/v1/broken").status_code == 500
    (one,) = station.wait(
        lambda: items if (items := station.get("/station/errors")["items"]) and items[0]["count"] == 5 else None
    )
    assert len(one["requests"]) == 5


def test_errors_of_workers_are_kept_too(station: Station) -> None:
    try:
        raise OSError("the disk went away")
    except OSError:
        logger("fieldstation.workers.sweep").exception("chore failed", chore="blobs")
    (one,) = station.wait(lambda: station.get("/station/errors")["items"])
    assert (one["place"], one["requests"]) == ("chore blobs", [])


def test_only_operators_see_them(station: Station) -> None:
    bob = Guest(station, "bob")
    for path in ("errors", "errors/error-1", "queue"):
        assert bob.client.get(f"/api/v1/station/{path}").status_code == 403
    assert bob.client.post("/api/v1/storage/collection").status_code == 403
    bob.client.close()
    assert station.client.get("/api/v1/station/errors/error-1").status_code == 404


def test_the_queue_tells_whose_it_is(open_station: OpenStation) -> None:
    station = open_station()
    assert station.get("/station/queue") == {"queued": 0, "shares": []}
    run = station.show(station.submit("hello"))
    queue = station.get("/station/queue")
    assert (queue["queued"], queue["oldest"]) == (1, run["queued_at"])
    (share,) = queue["shares"]
    assert (share["owner"], share["project"], share["queued"], share["at_work"]) == ("admin", run["project"], 1, 0)


def test_a_collection_frees_what_the_plan_says(open_station: OpenStation) -> None:
    station = open_station()
    station.upload("rain", {"may.csv": b"1\n" * 1000})
    before = station.client.post("/api/v1/storage/collection")
    assert before.status_code == 200, before.text
    assert station.client.delete("/api/v1/datasets/rain").status_code == 200
    later = open_station(later="60 days")
    plan = later.get("/storage/plan")
    assert plan["due"]["size"] == 2000
    left = later.client.post("/api/v1/storage/collection").json()
    assert (left["due"]["size"], left["free"]["size"]) == (0, 0)


def test_a_bounded_number_is_kept(desk: Desk) -> None:
    incidents = desk.features.incidents
    for first in range(0, KEPT + 50, 50):
        with desk.begin() as tx:
            incidents.keep(tx, [note(f"place {first + more}", KeyError("x"), "") for more in range(50)])
    with desk.begin() as tx:
        assert not incidents.tidy(tx)
    operator = desk.person("root", operator=True)
    with desk.begin() as tx:
        assert len(incidents.latest(tx, operator.caller, KEPT + 50)) == KEPT
        incidents.keep(tx, [note("place 549", KeyError("x"), f"request-{number}") for number in range(50)])
        found = incidents.show(tx, operator.caller, "request-49")
    assert (found.count, len(found.requests)) == (51, REQUESTS_KEPT)


def test_the_door_of_the_data_manager_tells_errors_until_somebody_knows_of_them(station: Station) -> None:
    door = "/data-manager-api/admin/service-error"

    def told(count: int, **query: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = station.wait(
            lambda: (
                [errors]
                if len(errors := station.client.get(door, params=query).json()["service_errors"]) == count
                else None
            )
        )[0]
        return found

    assert station.client.patch("/data-manager-api/user/account", data={"become_admin": "true"}).status_code == 204
    assert station.client.get("/api/v1/broken").status_code == 500
    (error,) = told(1)
    assert "RuntimeError" in str(error["summary"])
    assert (error["severity"], error["acknowledged"]) == ("ERROR", False)
    assert SECRET not in str(error)
    one = f"{door}/{error['id']}"
    assert station.client.patch(one).status_code == 204
    told(0)
    (known,) = told(1, include_acknowledged="True")
    assert (known["id"], known["acknowledged"], known["acknowledging_user"]) == (error["id"], True, "admin")

    assert station.client.get("/api/v1/broken").status_code == 500
    (again,) = told(1)
    assert (again["id"], again["acknowledged"]) == (error["id"], False)
    assert station.client.delete(one).status_code == 200
    told(0, include_acknowledged="True")
    assert station.client.delete(one).status_code == 404
    assert station.client.patch(one).status_code == 404
