"""Limits, each met by a program that goes beyond it; and the end of a run on request, in every state."""

from typing import Any

import pytest

from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.station import Document, Station

SMALL = {"cpu": 1, "memory": "64Mi", "disk": "8Mi", "pids": 16}


def beyond(station: Station, name: str, script: str, **fields: Any) -> Document:
    """Run a script that goes beyond a limit; returns the run and the reason's name in it."""
    run = station.run(station.tool(name, script, resources=SMALL, **fields))
    assert run["state"] == "failed", run
    return run


def test_more_memory_than_asked_for_ends_it(station: Station) -> None:
    run = beyond(station, "eat", "python3 -c 'x = bytearray(400 << 20); print(len(x))'")
    assert run["reason"]["reason"] == "out_of_memory"
    assert "memory" in run["reason"]["next_step"]


def test_more_output_than_asked_for_ends_it(station: Station) -> None:
    script = (
        "i=0; while [ $i -lt 600 ]; do head -c 1000000 /dev/zero >f$i || exit 1; i=$((i+1)); sleep 0.01; done; sleep 9"
    )
    assert beyond(station, "fill", script)["reason"]["reason"] == "disk_full"


def test_more_processes_than_asked_for_end_it(station: Station) -> None:
    script = "i=0; while [ $i -lt 200 ]; do sleep 20 & i=$((i+1)); done; wait; exit 1"
    assert beyond(station, "fork", script)["reason"]["reason"] == "too_many_processes"


def test_more_asked_for_at_submit_is_enough(station: Station) -> None:
    name = station.tool("hungry", "python3 -c 'bytearray(150 << 20)'", resources=SMALL)
    assert station.run(name)["reason"]["reason"] == "out_of_memory"
    assert station.run(name, resources={"memory_bytes": 600 << 20})["state"] == "succeeded"


def test_at_the_soft_limit_a_program_may_save_and_go(station: Station) -> None:
    script = "trap 'echo saved >saved; echo asked; exit 9' TERM; echo here; while :; do sleep 0.1; done"
    run = beyond(station, "soft", script, limits={"soft_seconds": 2, "hard_seconds": 90})
    assert (run["reason"]["reason"], run["exit_code"]) == ("soft_time_limit", 9)
    assert station.log(run["id"]) == b"here\nasked\n"


def test_who_ends_well_when_asked_succeeds(station: Station) -> None:
    script = "trap 'echo saved >saved; exit 0' TERM; while :; do sleep 0.1; done"
    run = station.run(station.tool("graceful", script, limits={"soft_seconds": 2, "hard_seconds": 90}))
    assert run["state"] == "succeeded"
    assert station.outputs(run) == {"saved": b"saved\n"}


def test_at_the_hard_limit_nothing_is_asked(station: Station) -> None:
    script = "trap 'echo no' TERM; while :; do sleep 0.1; done"
    run = beyond(station, "hard", script, limits={"soft_seconds": 1, "hard_seconds": 3})
    assert (run["reason"]["reason"], run["exit_code"]) == ("time_limit", 137)
    assert b"no" in station.log(run["id"])


def test_killed_while_nobody_watched_it_still_met_the_hard_limit(open_station: OpenStation) -> None:
    """The engine keeps the end of the grace by itself."""
    station = open_station().work()
    script = "trap 'echo no' TERM; while :; do sleep 0.1; done"
    limits = {"soft_seconds": 1, "hard_seconds": 4}
    run_id = station.submit(station.tool("unwatched", script, resources=SMALL, limits=limits))
    station.wait(lambda: b"no" in station.log(run_id))
    station.rest()
    (attempt,) = station.left_at_engine()
    station.wait(lambda: "exit-code" in (station.data / "attempts" / attempt / "status.json").read_text())
    station = open_station().work()
    run = station.final(run_id)
    assert (run["reason"]["reason"], run["exit_code"]) == ("time_limit", 137)


def test_with_no_soft_limit_the_hard_one_holds(station: Station) -> None:
    run = beyond(station, "only-hard", "sleep 100", limits={"hard_seconds": 2})
    assert run["reason"]["reason"] == "time_limit"


def test_children_that_stay_behind_do_not_outlive_it(station: Station) -> None:
    run = station.run(station.tool("leave", "(setsid sleep 300 &) ; echo done >done"))
    assert run["state"] == "succeeded"
    station.wait(lambda: not _left(station, run))


def _left(station: Station, run: Document) -> bool:
    return bool({one["id"] for one in station.attempts(run["id"])} & set(station.left_at_engine()))


def test_a_program_that_is_not_there_is_named_so(station: Station) -> None:
    run = station.run(station.tool("nowhere", "", command=["/usr/bin/no-such-program"]))
    assert (run["state"], run["reason"]["reason"]) == ("failed", "command_not_found")


# cancel


def test_a_run_that_waits_is_canceled_at_once(open_station: OpenStation) -> None:
    station = open_station()
    run_id = station.submit("noop")
    assert station.cancel(run_id)["state"] == "canceled"
    station.work()
    later = station.run("noop")
    assert later["state"] == "succeeded"
    run = station.show(run_id)
    assert (run["state"], run["attempts"], run["reason"]["reason"]) == ("canceled", 0, "stopped_by_user")
    assert station.events(run_id) == ["queued", "canceled"]


def test_a_run_at_work_is_asked_to_end(station: Station) -> None:
    script = "trap 'echo bye; exit 5' TERM; echo here; while :; do sleep 0.1; done"
    run_id = station.submit(station.tool("polite", script))
    station.wait(lambda: station.log(run_id) == b"here\n")
    assert station.cancel(run_id)["state"] == "running"
    run = station.final(run_id)
    assert (run["state"], run["exit_code"], run["reason"]["reason"]) == ("canceled", 5, "stopped_by_user")
    assert station.log(run_id) == b"here\nbye\n"
    assert station.cancel(run_id) == run


def test_who_does_not_listen_is_killed_after_the_grace(station: Station) -> None:
    script = "trap 'echo no' TERM; echo here; while :; do sleep 0.1; done"
    run_id = station.submit(station.tool("deaf", script))
    station.wait(lambda: station.log(run_id) == b"here\n")
    station.cancel(run_id)
    run = station.final(run_id)
    assert (run["state"], run["exit_code"]) == ("canceled", 137)


def test_canceled_while_it_is_made_ready_it_does_not_run_to_its_end(open_station: OpenStation) -> None:
    """The input is a tree of many files, so that making it ready takes a while."""
    station = open_station()
    station.upload("forest", {f"{folder}/{name}": b"x" for folder in range(40) for name in range(100)})
    tool = station.tool("sleeper", "sleep 600", inputs={"data": {"many": True}})
    run_id = station.submit(tool, inputs={"data": ["forest"]})
    station.work()
    station.wait(lambda: station.show(run_id)["state"] != "queued")
    station.cancel(run_id)
    run = station.final(run_id)
    assert (run["state"], run["reason"]["reason"]) == ("canceled", "stopped_by_user")


def test_of_many_canceled_at_random_each_ends_as_it_did(station: Station) -> None:
    name = station.tool("short", "sleep 0.3; echo $FIELDSTATION_RUN >mark")
    ids = [station.submit(name) for _ in range(16)]
    for place, run_id in enumerate(ids):
        if place % 2:
            station.cancel(run_id)
    runs = [station.final(run_id) for run_id in ids]
    for place, run in enumerate(runs):
        assert run["state"] == "succeeded" if place % 2 == 0 else run["state"] in ("succeeded", "canceled")
        assert (run.get("output") is not None) == (run["state"] == "succeeded")
        assert station.events(run["id"])[-1] == run["state"]


# inputs that are no more


@pytest.mark.parametrize("reference", ["brief", "brief:a.txt"])
def test_an_input_in_the_trash_is_not_read_any_more(open_station: OpenStation, reference: str) -> None:
    station = open_station()
    station.upload("brief", {"a.txt": b"1"})
    tool = station.tool("read", "cat /inputs/data/0/* >all", inputs={"data": {"many": True}})
    run_id = station.submit(tool, inputs={"data": [reference]})
    assert station.client.delete("/api/v1/datasets/brief").status_code in (200, 202, 204)
    station.work()
    run = station.final(run_id)
    assert (run["state"], run["reason"]["reason"]) == ("failed", "input_unreadable")
    assert "@1" in run["reason"]["message"]
