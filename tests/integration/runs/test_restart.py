"""A station that comes back finds its runs: adopted, not started again, whatever had died when."""

import pytest
from sqlalchemy import text

from fieldstation.core.runs.model.values import Holder
from fieldstation.core.runs.service.dispatch import Dispatching
from fieldstation.kernel.processes import process_name
from fieldstation.ports.engine import Handle, RunSpec
from fieldstation.wiring.features import build_collecting
from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.station import HOLD, Station

# Each start writes a line; then it may wait to be let go.
START = 'echo "started $FIELDSTATION_RUN" >>journal; echo here\n'
END = 'echo "ended" >>journal\n'


def journal(station: Station, name: str, *, held: bool = True) -> str:
    return station.tool(name, START + (HOLD if held else "") + END)


def let_end(station: Station) -> None:
    station.let_go()
    station.wait(lambda: all(path.exists() for path in (station.data / "attempts").glob("attempt-*/status.json")))


def started_once(station: Station, run_id: str) -> None:
    run = station.final(run_id)
    assert (run["state"], run["attempts"]) == ("succeeded", 1), run
    assert station.outputs(run) == {"journal": f"started {run_id}\nended\n".encode()}
    assert station.events(run_id) == ["queued", "staging", "running", "collecting", "succeeded"]


@pytest.mark.parametrize("how", ["rest", "drop"])
def test_what_runs_is_adopted_and_not_started_again(open_station: OpenStation, how: str) -> None:
    first = open_station().work()
    run_id = first.submit(journal(first, "adopted"))
    first.wait(lambda: first.log(run_id) == b"here\n")
    getattr(first, how)()
    first.process.close()
    second = open_station(later="1 minute").work()
    assert second.show(run_id)["state"] == "running"
    second.let_go()
    started_once(second, run_id)


@pytest.mark.parametrize("how", ["rest", "drop"])
def test_what_ended_while_nobody_looked_is_collected(open_station: OpenStation, how: str) -> None:
    first = open_station().work()
    run_id = first.submit(journal(first, "unseen"))
    first.wait(lambda: first.log(run_id) == b"here\n")
    getattr(first, how)()
    first.process.close()
    let_end(first)
    second = open_station(later="1 minute")
    assert second.show(run_id)["state"] == "running"
    started_once(second.work(), run_id)


def test_what_was_claimed_and_never_started_is_started(open_station: OpenStation) -> None:
    station = open_station()
    run_id = station.submit(journal(station, "claimed", held=False))
    dispatching = Dispatching(station.process.features.outbox, station.process.features.rights)
    with station.process.database.begin() as tx:
        assert dispatching.claim(tx, _gone(), slots=4, uids=range(20_000, 20_010))
    station.process.close()
    again = open_station(later="1 minute").work()
    run = again.final(run_id)
    assert run["state"] == "succeeded"
    assert [one["outcome"] for one in again.attempts(run_id)] == ["unstarted", "succeeded"]
    assert again.outputs(run) == {"journal": f"started {run_id}\nended\n".encode()}
    again.wait(lambda: not again.left_at_engine())


def test_what_was_started_and_never_recorded_is_adopted(open_station: OpenStation) -> None:
    """The dispatcher died between the engine's start and its own record of it."""
    station = open_station()
    run_id = station.submit(journal(station, "unrecorded"))
    station.work()
    station.wait(lambda: station.log(run_id) == b"here\n")
    station.drop()
    with station.process.database.begin() as tx:
        back = "UPDATE attempt SET state = 'staging', holder = :holder, running_at = NULL"
        tx.execute(text(f"{back}, lease_expires = station_now() + interval '15 seconds'"), {"holder": _gone().name})
        tx.execute(text("UPDATE run SET state = 'staging'"))
        tx.execute(text("DELETE FROM event WHERE kind = 'run.running'"))
    station.process.close()
    again = open_station(later="1 minute").work()
    again.until(run_id, "running")
    again.let_go()
    started_once(again, run_id)


def test_what_is_taken_over_while_it_starts_is_adopted(
    open_station: OpenStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dispatcher was so late that another took its claim, and died before it asked the engine."""
    station = open_station()
    run_id = station.submit(journal(station, "contended", held=False))
    (engine,) = station.process.engines.values()
    submit = engine.submit

    def submit_late(spec: RunSpec) -> Handle:
        handle = submit(spec)
        with station.process.database.begin() as tx:
            tx.execute(text("UPDATE attempt SET fence = nextval('fence'), holder = :holder"), {"holder": _gone().name})
        return handle

    monkeypatch.setattr(engine, "submit", submit_late)
    started_once(station.work(), run_id)


def test_a_cancel_while_the_station_was_away_is_kept(open_station: OpenStation) -> None:
    first = open_station().work()
    run_id = first.submit(journal(first, "unheard"))
    first.wait(lambda: first.log(run_id) == b"here\n")
    first.drop()
    first.process.close()
    second = open_station(later="1 minute")
    second.cancel(run_id)
    run = second.work().final(run_id)
    assert (run["state"], run["attempts"]) == ("canceled", 1)


def test_what_a_dead_collector_held_is_collected(open_station: OpenStation) -> None:
    station = open_station()
    run_id = station.submit(journal(station, "half", held=False))
    station.work()
    station.final(run_id)
    other = station.submit(journal(station, "half-2"))
    station.until(other, "running")
    station.drop()
    station.process.close()
    let_end(station)
    again = open_station()
    features = again.process.features
    collecting = build_collecting(features)
    with again.process.database.begin() as tx:
        tx.execute(text("UPDATE attempt SET state = 'collecting', exit_code = 0 WHERE state = 'running'"))
        tx.execute(text("UPDATE run SET state = 'collecting' WHERE state = 'running'"))
        assert collecting.claim(tx, _gone(), limit=9)
    again.process.close()
    last = open_station(later="1 minute").work()
    run = last.final(other)
    assert run["state"] == "succeeded"
    assert last.outputs(run) == {"journal": f"started {other}\nended\n".encode()}
    last.wait(lambda: not last.left_at_engine())


def _gone() -> Holder:
    """Return a holder that is no more: this very process, had it started at another time."""
    return Holder(engine="sandbox", name=process_name().rpartition("/")[0] + "/1", lease_seconds=15.0)
