"""Outputs of hostile and of busy programs: what cannot be kept is refused by name, and nothing else suffers."""

import hashlib

import pytest

from tests.integration.runs.station import HOLD, Document, Station


def refused(station: Station, name: str, script: str) -> Document:
    """Run a script whose outputs cannot be kept."""
    run = station.run(station.tool(name, script))
    assert (run["state"], run["exit_code"], run["reason"]["reason"]) == ("failed", 0, "output_refused"), run
    assert run["reason"]["fault"] == "yours"
    assert run.get("output") is None
    return run


@pytest.mark.parametrize(
    ("name", "script", "text"),
    [
        ("link", "ln -s /etc/passwd stolen", "'stolen' is a symbolic link"),
        ("dangling", "mkdir a; ln -s nowhere a/dangling", "'a/dangling' is a symbolic link"),
        ("folder-link", "mkdir a; echo 1 >a/b; ln -s a again", "'again' is a symbolic link"),
        ("hard-link", "echo 1 >one; ln one two", "'one' is a file with more than one hard link"),
        ("fifo", "mkfifo pipe", "'pipe' is a device, socket or pipe"),
        ("socket", "python3 -c 'import socket; socket.socket(1).bind(\"s\")'", "'s' is a device, socket or pipe"),
        ("not-utf-8", r"touch $(printf 'bad\377name')", r"'bad\udcffname' is named with bytes that are not UTF-8"),
        ("newline", r"touch 'two\nlines'".replace(r"\n", "\n"), "control character U+000A"),
        ("backslash", r"touch 'a\b'", "contains a backslash"),
        ("twins", "touch a.txt A.TXT", "differ only in case"),
    ],
)
def test_what_no_version_can_hold_is_refused_by_name(station: Station, name: str, script: str, text: str) -> None:
    assert text in refused(station, f"refused-{name}", script)["reason"]["message"]


def test_folders_too_deep_to_be_walked_fail_it(station: Station) -> None:
    """Whether the engine meets them while it runs or the collector afterwards."""
    script = "i=0; while [ $i -lt 300 ]; do mkdir d && cd d || exit 1; i=$((i+1)); done; touch f"
    run = station.run(station.tool("too-deep", script))
    assert run["state"] == "failed"
    assert run["reason"]["reason"] in ("output_refused", "disk_full"), run


def test_one_odd_run_spoils_no_other(station: Station) -> None:
    good = station.tool("among-odd", "echo $FIELDSTATION_RUN >mark")
    odd = station.tool("odd-among", r"touch $(printf 'bad\377') 'x\y'; mkfifo p")
    ids = [station.submit(good if place % 3 else odd) for place in range(12)]
    states = [station.final(run_id)["state"] for run_id in ids]
    assert states == ["failed" if place % 3 == 0 else "succeeded" for place in range(12)]


def test_a_data_set_in_the_trash_takes_no_outputs(station: Station) -> None:
    station.tool("wait-a-bit", f"echo 1 >out; {HOLD}")
    run_id = station.submit("wait-a-bit", output={"dataset": "soon-gone"})
    station.until(run_id, "running")
    assert station.client.delete("/api/v1/datasets/soon-gone").status_code in (200, 202, 204)
    station.let_go()
    run = station.final(run_id)
    assert (run["state"], run["reason"]["reason"]) == ("failed", "output_dataset_gone")


def test_files_that_nobody_may_read_are_kept_or_named(station: Station) -> None:
    run = station.run(station.tool("closed", "echo 1 >a; chmod 0 a; mkdir d; echo 2 >d/b; chmod 0 d"))
    if run["state"] == "succeeded":
        assert station.outputs(run) == {"a": b"1\n", "d/b": b"2\n"}
    else:
        assert "'a' cannot be read" in run["reason"]["message"]


def test_fifty_thousand_files(station: Station) -> None:
    script = """
        python3 - <<'END'
import os
for folder in range(50):
    os.mkdir(f"{folder:02}")
    for name in range(1000):
        with open(f"{folder:02}/{name:03}.txt", "w") as file:
            file.write(f"{folder} {name}")
END
    """
    resources = {"cpu": 1, "memory": "512Mi", "disk": "4Gi", "pids": 64}
    run = station.run(station.tool("many", script, resources=resources))
    assert run["state"] == "succeeded", run
    made = run["output"]
    version = station.get(f"/datasets/{made['dataset']}/versions/{made['number']}")
    assert version["file_count"] == 50_000
    page = station.get(f"/datasets/{made['dataset']}/versions/{made['number']}/files", prefix="07/", limit=1000)
    assert [file["path"] for file in page["items"]] == [f"07/{name:03}.txt" for name in range(1000)]
    assert page["items"][9]["sha256"] == hashlib.sha256(b"7 9").hexdigest()


def test_big_outputs_are_what_was_written(station: Station) -> None:
    script = "head -c 70000000 /dev/zero | tr '\\0' 'x' >big; printf tail >>big; : >empty"
    run = station.run(station.tool("big", script))
    files = {name: hashlib.sha256(data).hexdigest() for name, data in station.outputs(run).items()}
    assert files == {
        "big": hashlib.sha256(b"x" * 70_000_000 + b"tail").hexdigest(),
        "empty": hashlib.sha256(b"").hexdigest(),
    }


def test_a_run_that_fails_leaves_no_empty_data_set_in_the_list(station: Station) -> None:
    name = station.tool("hopeless", "exit 3")
    failed = station.run(name, output={"dataset": "never-made"})
    assert failed["state"] == "failed"
    assert "never-made" not in {one["name"] for one in station.get("/datasets", limit=100)["items"]}
    assert station.get("/datasets/never-made")["latest"] == 0, "who asks for it finds it"
    assert station.run("hello", output={"dataset": "never-made"}, reuse=False)["output"]["number"] == 1
    assert "never-made" in {one["name"] for one in station.get("/datasets", limit=100)["items"]}
