"""Logs of every size: read while they are written and after, by offsets of what the program wrote."""

from collections.abc import Iterator

from fieldstation.engines.local.logs import KEPT_BYTES
from tests.integration.runs.station import Station

LINE = 100
LINES = 1_048_576  # together 100 MiB
TOTAL = LINE * LINES
# Waits for a file between the lines and the end, so that the log can be read while the run is not over.
FLOOD = """
python3 - <<'END'
import sys, time
out = sys.stdout.buffer
for first in range(0, LINES, 1024):
    out.write(b"".join(b"%099d\\n" % number for number in range(first, first + 1024)))
out.flush()
time.sleep(WAIT)
END
echo done >&2
"""


def written(offset: int, size: int) -> bytes:
    """Return what the program wrote there."""
    first, last = offset // LINE, (offset + size) // LINE + 1
    data = b"".join(b"%099d\n" % number for number in range(first, min(last, LINES)))
    return data[offset - first * LINE :][:size]


def pieces(station: Station, run_id: str, limit: int) -> Iterator[tuple[int, bytes]]:
    """Read a whole log by offsets."""
    offset = 0
    while True:
        answer = station.read_log(run_id, offset=offset, limit=limit)
        if not answer.content:
            return
        start = int(answer.headers["Log-Offset"])
        yield start, answer.content
        offset = int(answer.headers["Log-Next"])
        assert offset == start + len(answer.content)


def test_a_hundred_megabytes_keep_their_ends_during_and_after(station: Station) -> None:
    script = FLOOD.replace("LINES", str(LINES)).replace("WAIT", "4")
    run_id = station.submit(station.tool("flood", script))
    station.until(run_id, "running")
    end = TOTAL - 2 * LINE
    station.wait(lambda: station.read_log(run_id, offset=end, limit=LINE).content == written(end, LINE))
    live = station.show(run_id)["state"]
    assert station.read_log(run_id, offset=0, limit=LINE).content == written(0, LINE)
    middle = station.read_log(run_id, offset=TOTAL // 2, limit=LINE)
    start = int(middle.headers["Log-Offset"])
    assert middle.content == written(start, LINE)
    assert live == "running"
    run = station.final(run_id)
    assert run["state"] == "succeeded"
    kept = list(pieces(station, run_id, 5_000_000))
    for start, data in kept:
        assert data == written(start, len(data))
    together = sum(len(data) for _, data in kept)
    assert 2 * KEPT_BYTES - 4096 <= together < 3 * KEPT_BYTES
    before_hole = [start + len(data) for start, data in kept if start < KEPT_BYTES]
    assert max(before_hole) == KEPT_BYTES
    assert kept[-1][0] + len(kept[-1][1]) == TOTAL
    assert station.log(run_id, "stderr") == b"done\n"
    assert station.events(run_id)[-2:] == ["log_limit", "succeeded"]
    (cut,) = [one for one in station.get(f"/runs/{run_id}/events")["items"] if one["kind"] == "run.log_limit"]
    assert (cut["stream"], cut["dropped_bytes"]) == ("stdout", TOTAL - together)


def test_reading_by_offset_during_and_after_gives_the_same(station: Station) -> None:
    script = "i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); done; sleep 2"
    run_id = station.submit(station.tool("steady", script))
    expected = b"".join(b"line %d\n" % number for number in range(200))
    station.wait(lambda: len(station.log(run_id)) == len(expected))
    assert station.show(run_id)["state"] == "running"
    offsets = (0, 1, 700, len(expected) - 1, len(expected), len(expected) + 50)
    live = [station.read_log(run_id, offset=offset, limit=300).content for offset in offsets]
    run = station.final(run_id)
    assert run["state"] == "succeeded"
    later = [station.read_log(run_id, offset=offset, limit=300).content for offset in offsets]
    assert live == later == [expected[offset : offset + 300] for offset in offsets]


def test_what_is_no_text_is_given_raw(station: Station) -> None:
    run = station.run(station.tool("raw", r"printf '\377\000\376x'"))
    assert station.log(run["id"]) == b"\xff\x00\xfex"


def test_at_the_end_a_reader_is_told_that_nothing_will_come(station: Station) -> None:
    run = station.run(station.tool("brief", "echo hi"))
    first = station.read_log(run["id"])
    assert (first.content, first.headers["Log-Over"]) == (b"hi\n", "false")
    last = station.read_log(run["id"], offset=int(first.headers["Log-Next"]))
    assert (last.content, last.headers["Log-Over"]) == (b"", "true")


def test_each_attempt_has_its_own_log(station: Station) -> None:
    script = 'if [ -e /inputs/none ]; then :; fi; echo "attempt of $FIELDSTATION_RUN" ; exit 3'
    name = station.tool("again", script, retry={"attempts": 2, "on": ["exit_nonzero"]})
    run = station.run(name)
    assert (run["state"], run["attempts"]) == ("failed", 2)
    text = f"attempt of {run['id']}\n".encode()
    assert station.log(run["id"], attempt=1) == text
    assert station.log(run["id"]) == text
    assert station.client.get(f"/api/v1/runs/{run['id']}/logs/stdout", params={"attempt": 3}).status_code == 404
