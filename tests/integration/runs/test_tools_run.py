"""Tools run beside the data: from submit to a published version, in the real sandbox."""

import hashlib

from tests.integration.runs.station import Station


def test_a_tool_that_does_nothing_succeeds_and_leaves_nothing(station: Station) -> None:
    run = station.run("noop")
    assert (run["state"], run["exit_code"], run.get("output"), run["attempts"]) == ("succeeded", 0, None, 1)
    assert station.events(run["id"]) == ["queued", "staging", "running", "collecting", "succeeded"]
    (attempt,) = station.attempts(run["id"])
    times = [attempt[name] for name in ("claimed_at", "running_at", "exited_at", "ended_at")]
    assert times == sorted(times)
    assert attempt["outcome"] == "succeeded"
    station.wait(lambda: not station.left_at_engine())


def test_what_a_tool_writes_becomes_a_version(station: Station) -> None:
    run = station.run("hello", parameters={"name": "station"})
    assert run["state"] == "succeeded"
    assert station.outputs(run) == {"greeting.txt": b"Hello, station!\n"}
    assert station.log(run["id"]) == b"Hello, station!\n"
    number = run["output"]["number"]
    made = station.get(f"/datasets/{run['output']['dataset']}/versions/{number}/files")["items"]
    assert made[0]["sha256"] == hashlib.sha256(b"Hello, station!\n").hexdigest()
    assert made[0]["media_type"] == "text/plain"
    assert station.get(f"/datasets/{run['output']['dataset']}")["name"] == "hello-results"
    again = station.run("hello", parameters={"name": "others"})
    assert (again["output"]["dataset"], again["output"]["number"]) == (run["output"]["dataset"], number + 1)


def test_a_failure_says_why_and_keeps_its_log(station: Station) -> None:
    run = station.run("fail", parameters={"exit_code": 7, "message": "out of luck"})
    assert (run["state"], run["exit_code"], run["reason"]["reason"]) == ("failed", 7, "exit_nonzero")
    assert "exit code 7" in run["reason"]["message"]
    assert station.log(run["id"], "stderr") == b"out of luck\n"
    assert run.get("output") is None


def test_inputs_are_seen_where_they_were_said_to_be_and_cannot_be_changed(station: Station) -> None:
    station.upload("two-files", {"2026/may.csv": b"a,b\n", "readme.txt": b"hi"})
    script = """
        cat /inputs/data/0/2026/may.csv /inputs/data/1/readme.txt >seen
        (echo x >>/inputs/data/1/readme.txt) 2>/dev/null || echo read-only >>seen
        (rm -f /inputs/data/0/readme.txt) 2>/dev/null || echo kept >>seen
    """
    station.tool("look", script, inputs={"data": {"many": True}})
    run = station.run("look", inputs={"data": ["two-files", "two-files:readme.txt"]})
    assert station.outputs(run) == {"seen": b"a,b\nhiread-only\nkept\n"}


def test_only_what_the_tool_names_is_kept_and_each_file_counts_for_all_that_want_it(station: Station) -> None:
    outputs = {
        "tables": {"glob": "**/*.csv", "media_type": "text/csv"},
        "summary": {"glob": "summary.csv"},
        "notes": {"glob": "*.note", "required": False},
    }
    script = "mkdir deep; echo 1 >deep/a.csv; echo 2 >summary.csv; echo 3 >scratch.tmp; ln -s scratch.tmp link.tmp"
    run = station.run(station.tool("pick", script, outputs=outputs))
    assert run["state"] == "succeeded", run
    assert station.outputs(run) == {"deep/a.csv": b"1\n", "summary.csv": b"2\n"}


def test_a_required_output_that_is_missing_fails_it_by_name(station: Station) -> None:
    outputs = {"table": {"glob": "*.csv"}, "notes": {"glob": "*.txt", "required": False}}
    run = station.run(station.tool("forget", "echo 1 >a.txt", outputs=outputs))
    assert (run["state"], run["reason"]["reason"]) == ("failed", "output_missing")
    assert run["reason"]["message"] == "table: no file matches '*.csv'"
    assert run.get("output") is None


def test_the_run_knows_its_own_name_and_nothing_of_the_station(station: Station) -> None:
    run = station.run(station.tool("who", "env | sort >env; ls / >root; pwd >where"))
    files = {name: data.decode() for name, data in station.outputs(run).items()}
    assert f"FIELDSTATION_RUN={run['id']}" in files["env"]
    assert files["where"] == "/outputs\n"
    assert str(station.data) not in files["env"]
    assert "FIELDSTATION_D" not in files["env"]


def test_many_runs_at_once_each_end_once(station: Station) -> None:
    name = station.tool("mark", "echo $FIELDSTATION_RUN >mark")
    ids = [station.submit(name) for _ in range(25)]
    runs = [station.final(run_id) for run_id in ids]
    assert {run["state"] for run in runs} == {"succeeded"}
    assert sorted(run["output"]["number"] for run in runs) == list(range(1, 26))
    for run in runs:
        assert station.outputs(run) == {"mark": f"{run['id']}\n".encode()}
        assert run["attempts"] == 1


def test_the_same_again_is_answered_from_before(station: Station) -> None:
    first = station.run("hello", parameters={"name": "twice"})
    again = station.run("hello", parameters={"name": "twice"})
    assert (again["state"], again["reused_from"], again["output"]) == ("succeeded", first["id"], first["output"])
    assert station.log(again["id"]) == b""
    asked = station.get(f"/runs/{again['id']}/explain")["reuse"]
    assert asked["reused_from"] == first["id"]
    anew = station.run("hello", parameters={"name": "twice"}, reuse=False)
    assert anew.get("reused_from") is None
    other = station.submit("hello", parameters={"name": "thrice"})
    asked = station.get(f"/runs/{other}/explain")["reuse"]
    assert (asked["nearest"], asked["differs"]) == (anew["id"], ["parameters.name"])


def test_the_past_of_a_result_is_known_over_http(station: Station) -> None:
    station.upload("weather", {"a.csv": b"1"})
    station.tool("copy", "cp /inputs/data/0/a.csv b.csv", inputs={"data": {"many": True}})
    run = station.run("copy", inputs={"data": ["weather"]})
    made = run["output"]
    found = station.get(f"/datasets/{made['dataset']}/versions/{made['number']}/lineage")
    assert {node["name"] for node in found["versions"]} == {"weather", "copy-results"}
    assert [one["id"] for one in found["runs"]] == [run["id"]]
    assert {edge.get("slot") for edge in found["edges"]} == {"data", None}
    below = station.get("/datasets/weather/versions/1/lineage", direction="down")
    assert {node["name"] for node in below["versions"]} == {"weather", "copy-results"}


def test_a_reused_result_goes_into_the_data_set_that_was_asked_for(station: Station) -> None:
    first = station.run("hello", parameters={"name": "given elsewhere"})
    same = station.run("hello", parameters={"name": "given elsewhere"})
    assert (same["reused_from"], same["output"]) == (first["id"], first["output"])
    other = station.run("hello", parameters={"name": "given elsewhere"}, output={"dataset": "elsewhere"})
    assert (other["reused_from"], other["output"]["number"]) == (first["id"], 1)
    assert other["output"]["dataset"] != first["output"]["dataset"]
    assert station.outputs(other) == station.outputs(first)
    lineage = station.get(f"/datasets/{other['output']['dataset']}/versions/1/lineage")
    assert [run["id"] for run in lineage["runs"]] == [other["id"]]
