"""What a run uses over time, read at the door while it is at work and after."""

from tests.integration.runs.station import Document, Station

BUSY = "echo up; while :; do :; done"


def measured(station: Station, run: str) -> Document | None:
    """Return what is told of a run's usage, once there are some points and it was seen at work."""
    found: Document = station.get(f"/runs/{run}/usage")
    points = found["items"]
    return found if len(points) > 1 and points[-1]["cpu_seconds"] > 0.2 else None


def test_usage_is_seen_while_a_run_is_at_work_and_kept_with_its_logs(station: Station) -> None:
    run = station.submit(station.tool("busy", BUSY))
    live = station.wait(lambda: measured(station, run))
    assert (live["attempt"], live["over"]) == (1, False)
    station.cancel(run)
    assert station.final(run)["state"] == "canceled"
    kept = station.get(f"/runs/{run}/usage")
    assert kept["over"]
    assert kept["items"][: len(live["items"])] == live["items"], "what was seen live is what is kept"
    seconds = [point["seconds"] for point in kept["items"]]
    assert seconds == sorted(seconds)
    assert seconds[0] >= 1
    assert kept["items"][-1]["memory_bytes"] > 0
    assert 0 < max(point["cores"] for point in kept["items"]) < 8
    assert station.get(f"/runs/{run}/usage", attempt=1) == kept
    assert station.client.get(f"/api/v1/runs/{run}/usage", params={"attempt": 9}).status_code == 404


def test_a_short_run_has_no_points_and_a_run_of_nobody_is_not_there(station: Station) -> None:
    run = station.run("noop", reuse=False)
    assert station.get(f"/runs/{run['id']}/usage") == {"attempt": 1, "over": True, "items": []}
    assert station.client.get("/api/v1/runs/run-0/usage").status_code == 404
