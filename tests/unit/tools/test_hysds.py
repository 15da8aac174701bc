"""`fieldstation tool check` and `resolve` on HySDS documents, the public samples among them."""

import json
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
import typer

from fieldstation.cli.tool_check import tool_check
from fieldstation.cli.tool_hysds import Asked, documents_in, resolved_entries
from fieldstation.cli.tool_resolve import tool_resolve
from fieldstation.core.tools.model.hysds.form import Submission
from fieldstation.core.tools.model.hysds.hits import NoWay, read_hits, read_rule, walk
from fieldstation.core.tools.model.hysds.notes import Notes
from fieldstation.core.tools.model.hysds.resolve import payload_hash
from fieldstation.core.tools.model.hysds.spec import read_spec
from fieldstation.gateways.lambdas import BoundedLambdas
from fieldstation.kernel.errors import Invalid
from tests.unit.tools.hysds_files import HIT, IO, RULE, SPEC, written

SAMPLES = Path("/work/shared/samples/hysds")
samples = pytest.mark.skipif(not SAMPLES.exists(), reason="this machine has no public samples")
PYTHON_2 = {"stamps", "landslide-predictor-basic", "product-delivery"}  # whose lambdas today's HySDS cannot evaluate
Verb = Callable[[], None]


def printed(verb: Verb, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Return the exit code of a verb and the document that it printed."""
    code = 0
    try:
        verb()
    except typer.Exit as ended:
        code = ended.exit_code
    return code, json.loads(capsys.readouterr().out)


def changed(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy of a document with other keys; `...` takes one away."""
    made = {**deepcopy(document), **changes}
    return {key: value for key, value in made.items() if value is not ...}


def found(
    folder: Path, capsys: pytest.CaptureFixture[str], **more: Any
) -> tuple[int, Any, dict[str, str], dict[str, str]]:
    """Check the pair of a folder: the exit code, the tools, and faults and warnings by where they are."""
    files = sorted(str(path) for path in folder.iterdir())
    code, document = printed(lambda: tool_check(files, as_json=True, **more), capsys)
    said = [{one["where"]: one["text"] for one in document[key]} for key in ("faults", "warnings")]
    return code, document["tools"], said[0], said[1]


def test_a_pair_is_one_tool_and_all_of_it_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path)
    code, (tool,), faults, warnings = found(tmp_path, capsys)
    assert (code, faults) == (0, {})
    assert (tool["format"], tool["name"], tool["title"], len(tool["revision"])) == (
        "hysds",
        "every",
        "Try everything",
        64,
    )
    assert (tool["component"], tool["action-type"], tool["allowed_accounts"]) == ("figaro", "trigger", ["ann", "_all"])
    assert (tool["soft_seconds"], tool["hard_seconds"], tool["disk_bytes"]) == (100, 160, 2 << 30)
    assert (tool["recommended_queues"], tool["required_queues"]) == (["small"], ["system"])
    assert tool["before"] == ["localize", "mark_localized", "validate_checksums"]
    assert tool["after"] == ["publish", "triage", "site.own"]
    assert set(warnings) == {"/time_limit", "/post/1"}
    assert found(tmp_path, capsys, limit_gap=300)[1][0]["hard_seconds"] == 400


def test_without_a_word_operators_may_and_the_name_is_the_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, {"command": "x", "params": []}, {"params": []}, name="plain.one")
    code, (tool,), _, warnings = found(tmp_path, capsys)
    assert (code, tool["label"], tool["allowed_accounts"]) == (0, "plain.one", ["ops"])
    assert (tool["action-type"], tool["component"], tool["submission_type"]) == ("both", "tosca", "iteration")
    assert set(warnings) == {"/disk_usage", "/soft_time_limit", "/time_limit"}
    assert found(tmp_path, capsys, strict=True)[0] == 1


@pytest.mark.parametrize(
    ("spec", "io", "where", "said"),
    [
        ({"command": ...}, {}, "/command", "is missing"),
        ({"params": SPEC["params"][1:]}, {}, "/params", "goes nowhere"),
        ({}, {"params": IO["params"][1:]}, "/params", "nothing would give it a value"),
        ({"params": [{"name": "a"}]}, {}, "/params/0/destination", "is missing; it must be positional"),
        ({"params": {}}, {}, "/params", "must be a list"),
        ({"disk_usage": "much"}, {}, "/disk_usage", "must be like 10GB"),
        ({"disk_usage": "1.5 gb"}, {}, "/disk_usage", "is read as 1610612736 bytes"),
        ({"time_limit": "500"}, {}, "/time_limit", "read as a number"),
        ({"soft_time_limit": -1}, {}, "/soft_time_limit", "above 0"),
        ({"imported_worker_files": {"/a": ["/a", "rx"]}}, {}, "/imported_worker_files", "ro or rw"),
        ({"comand": "x"}, {}, "/comand", "did you mean command?"),
        ({"enable_dedup": True}, {}, "/enable_dedup", "belongs to the hysds-io"),
        ({}, {"component": "web"}, "/component", "must be tosca or figaro"),
        ({}, {"action-type": "never"}, "/action-type", "on-demand"),
        ({}, {"submission_type": "each"}, "/submission_type", "must be iteration or individual"),
        ({}, {"allowed_accounts": "ann"}, "/allowed_accounts", "a list of one"),
        ({}, {"allowed_accounts": [1]}, "/allowed_accounts", "a list of texts"),
        ({}, {"params": [{"name": "a", "from": "query"}]}, "/params/0/from", "dataset_jpath: and a path"),
        ({}, {"params": [{"name": "a", "from": "value"}]}, "/params/0/value", "the value must stand here"),
        ({}, {"params": [{"name": "a", "from": "submitter", "type": "color"}]}, "/params/0/type", "is read as text"),
        ({}, {"params": [{"name": "a", "from": "submitter", "type": "enum"}]}, "/params/0/enumerables", "is missing"),
        (
            {},
            {"params": [{"name": "a", "from": "submitter", "type": "jobspec_version", "version_regex": "("}]},
            "/params/0/version_regex",
            "not read",
        ),
        (
            {},
            {"params": [{"name": "a", "from": "submitter", "lambda": "lambda x: open(x)"}]},
            "/params/0/lambda",
            "open is not known",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_path(
    spec: dict[str, Any],
    io: dict[str, Any],
    where: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    written(tmp_path, changed(SPEC, **spec), changed(IO, **io))
    _, _, faults, warnings = found(tmp_path, capsys)
    assert said in {**warnings, **faults}[where]


def test_files_that_are_no_pair_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, io = written(tmp_path)
    code, document = printed(lambda: tool_check([io], as_json=True), capsys)
    assert (code, len(document["tools"]), document["tools"][0]["job-spec"]) == (0, 1, spec)  # it lay beside
    Path(spec).unlink()
    code, document = printed(lambda: tool_check([io], as_json=True), capsys)
    assert (code, "revision" in document["tools"][0]) == (0, False)
    assert "not among the files" in document["warnings"][0]["text"]
    Path(io).write_text('{"params": [,]}')
    code, document = printed(lambda: tool_check([io], as_json=True), capsys)
    assert (code, document["faults"][0]["line"]) == (1, 1)


def test_a_folder_and_standard_input_are_read_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path)
    written(tmp_path, name="other")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    code, document = printed(lambda: tool_check([str(tmp_path)], as_json=True), capsys)
    assert (code, sorted(tool["name"] for tool in document["tools"])) == (0, ["every", "other"])
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(json.dumps(changed(IO, label=3)).encode())))
    code, document = printed(lambda: tool_check(["-"], as_json=True), capsys)
    assert (code, [fault["where"] for fault in document["faults"]]) == (1, ["/label"])


def test_documents_are_known_by_what_they_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(changed(SPEC, id="job-other:v1", resource="jobspec")))
    (tmp_path / "b.json").write_text(json.dumps(IO))
    _, (tool,), faults, _ = found(tmp_path, capsys)
    assert (tool["name"], tool["version"], faults) == ("other", "v1", {})


def resolved(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], rule: Any = RULE, **asked: Any
) -> tuple[int, Any]:
    """Resolve a pair, by default for one hit."""
    (tmp_path / "rule.json").write_text(json.dumps(rule))
    (tmp_path / "hit.json").write_text(json.dumps(asked.pop("found", HIT)))
    hysds = Asked(rule=str(tmp_path / "rule.json"), hit=[str(tmp_path / "hit.json")], **asked)
    return printed(lambda: tool_resolve(files, as_json=True, hysds=hysds), capsys)


def test_a_rule_and_a_hit_become_a_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = written(tmp_path / "own+repo" / "docker")
    code, (job,) = resolved(files, tmp_path, capsys, payload=True)
    assert code == 0
    assert job["params"] == {
        "url": "s3://a/b",
        "id": "it's",
        "looks": 3,
        "area": [1, 2],
        "note": "it's",
        "rule": "always",
        "query": {"query": {"match_all": {}}},
    }
    quoted = "'it'\"'\"'s'"
    assert job["command"] == f"/app/run.sh --fixed {quoted} '3' '{{\"query\": {{\"match_all\": {{}}}}}}'"
    assert job["localize_urls"] == [{"url": "s3://fixed/a"}, {"url": "s3://a/b"}]
    payload = job["payload"]
    assert job["payload_hash"] == payload_hash(payload)
    assert payload["job_specification"]["id"] == "job-every:v2"
    assert payload["job_specification"]["container"] == "container-own_repo:v2"
    assert payload["job_specification"]["localize_urls"] == job["localize_urls"]
    assert payload["job_specification"]["params"][1] == {"name": "id", "destination": "positional", "value": "it's"}
    assert (payload["tag"], payload["_disk_usage"], payload["note"]) == ("first", "2GB", "it's")
    assert "url" not in payload  # it is localised, and no part of the context
    assert (job["name"], job["queue"], job["priority"]) == ("every__v2-it's", "small", 3)
    assert job["stand_in"] == "container_specification"
    record = tmp_path / "container.json"
    record.write_text(json.dumps({"id": "container-own:v9", "url": None, "resource": "container"}))
    given = resolved(files, tmp_path, capsys, container=str(record))[1]
    assert "stand_in" not in given[0]
    assert given[0]["payload_hash"] != job["payload_hash"]
    assert given == resolved([*files, str(record)], tmp_path, capsys)[1]


def test_one_job_for_all_hits_gathers_what_comes_from_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = written(tmp_path / "pair")
    other = {**HIT, "_id": "two", "_source": {"urls": ["ftp://c"]}}
    asked = {"found": [HIT, other], "submission": Submission.INDIVIDUAL}
    _, (job,) = resolved(files, tmp_path, capsys, **asked)
    assert (job["params"]["id"], job["params"]["url"]) == (["it's", "two"], ["s3://a/b", "ftp://c"])
    assert (job["params"]["looks"], job["name"]) == (3, "every__v2-single_submission")
    assert job["localize_urls"][1:] == [{"url": "s3://a/b"}, {"url": "ftp://c"}]
    _, jobs = resolved(files, tmp_path, capsys, found=[HIT, other])
    assert [one["params"]["id"] for one in jobs] == ["it's", "two"]


@pytest.mark.parametrize(
    ("param", "rule", "said"),
    [
        ({"from": "submitter"}, {}, "gives no value"),
        ({"from": "submitter", "type": "number"}, {"kwargs": {"id": "1 2"}}, "'1 2' is not a number"),
        ({"from": "submitter", "type": "number"}, {"kwargs": {"id": "1e999"}}, "no number that JSON can carry"),
        ({"from": "submitter", "type": "region"}, {"kwargs": {"id": "{"}}, "must be JSON"),
        ({"from": "dataset_jpath:_source.absent"}, {}, "the hit has nothing at _source.absent"),
        ({"from": "dataset_jpath:_source.urls.last"}, {}, "is asked of a list"),
        ({"from": "passthrough"}, {}, "nothing of this name"),
        ({"from": "value", "value": 1, "lambda": "lambda x: x['a']"}, {}, "TypeError"),
        ({"from": "value", "value": 1, "lambda": "lambda x: 9**9**9"}, {}, "4096 bits"),
    ],
)
def test_what_cannot_be_resolved_names_its_parameter(
    param: dict[str, Any], rule: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    params = [one if one["name"] != "id" else {"name": "id", **param} for one in IO["params"]]
    files = written(tmp_path / "pair", io=changed(IO, params=params))
    code, (entry,) = resolved(files, tmp_path, capsys, rule={**RULE, **rule})
    assert (code, entry["error"].startswith("id: "), said in entry["error"]) == (0, True, True), entry


def test_an_optional_value_is_empty_and_its_lambda_sees_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {
        "from": "submitter",
        "type": "number",
        "optional": True,
        "lambda": "lambda x: False if x == '' else int(x)",
    }
    params = [one if one["name"] != "looks" else {"name": "looks", **given} for one in IO["params"]]
    files = written(tmp_path / "pair", io=changed(IO, params=params))
    assert resolved(files, tmp_path, capsys)[1][0]["params"]["looks"] is False


def test_hashes_are_those_of_others() -> None:
    vectors: list[tuple[dict[str, Any], str]] = [
        ({}, "99914b932bd37a50b983c5e7c90ae93b"),
        ({"_command": "/bin/echo 'a'", "localize_urls": []}, "e6ea72055bac6b8886a5c80a139f38fe"),
        (
            {"_command": "/bin/echo 'a'", "localize_urls": [], "_disk_usage": "1GB", "_sciflo_wuid": "w"},
            "e6ea72055bac6b8886a5c80a139f38fe",
        ),
        ({"b": 1.0, "a": {"z": None, "y": [True, "é"]}}, "e4ab55e7a37ef64024a46d80fa7931c8"),
        (
            {"_command": "/x", "localize_urls": [{"url": "s3://b/k", "local_path": "in/"}], "tag": "t"},
            "64d11fedd54ce75d0898550e07f69873",
        ),
    ]
    assert [payload_hash(payload) for payload, _ in vectors] == [known for _, known in vectors]


def test_files_of_the_worker_are_read_in_every_spelling() -> None:
    imported = read_spec(SPEC, Notes()).imported
    assert [(one.host, one.inside, one.writable) for one in imported] == [
        ("$HOME/.netrc", "/root/.netrc", False),
        ("/data", "/data", True),
        ("/etc/a", "/a", False),
        ("/b", "/b", False),
    ]


def test_a_path_is_walked() -> None:
    paths = ["", "_id", "xpath._id", "_source.n.1.m", "_source.n.-2", "_source.n.5", "_source.no.thing", "_source..x"]
    assert [walk(HIT, path) for path in paths] == [HIT, "it's", "it's", 2, 1, None, None, HIT["_source"]]
    with pytest.raises(NoWay, match="asked of a number"):
        walk(HIT, "_source.n.0.m")


def test_hits_and_rules_are_read_in_every_form_that_they_are_kept_in() -> None:
    assert read_hits(json.dumps({"hits": {"hits": [HIT]}})) == [HIT]
    assert read_hits(json.dumps({"id": "a", "dataset": "d"}))[0]["_id"] == "a"
    export = json.dumps({"mozart": [], "grq": [RULE, {**RULE, "rule_name": "b", "job_type": "hysds-io-b:v1"}]})
    assert read_rule(export, ["every"]).name == "first"
    for text, said in [
        (export, "not just one"),
        ('{"priority": 1}', "rule_name"),
        ('{"rule_name": "a", "priority": 12}', "from 0 to 9"),
        ('{"rule_name": "a", "kwargs": "["}', "kwargs of the rule cannot be read"),
    ]:
        with pytest.raises(Invalid, match=said):
            read_rule(text)


def test_resolve_wants_a_rule_and_hits(tmp_path: Path) -> None:
    files = written(tmp_path)
    with pytest.raises(typer.BadParameter):
        tool_resolve(files)
    (tmp_path / "rule.json").write_text(json.dumps(RULE))
    with pytest.raises(typer.BadParameter):
        tool_resolve(files, hysds=Asked(rule=str(tmp_path / "rule.json")))


@samples
def test_the_public_samples_are_sound(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(path) for pattern in ("job-spec.json.*", "hysds-io.json.*") for path in SAMPLES.rglob(pattern)]
    code, document = printed(lambda: tool_check(files, as_json=True), capsys)
    assert (code, document["faults"]) == (0, [])
    assert len(document["tools"]) == len(files) / 2 == 57
    assert all("revision" in tool for tool in document["tools"])


@samples
def test_the_public_samples_resolve_as_elsewhere(tmp_path: Path) -> None:
    expected = json.loads((SAMPLES / "resolve-expected.json").read_text())
    differing: dict[str, Any] = {}
    with closing(BoundedLambdas()) as lambdas:
        for case in expected["cases"]:
            entry = _resolved_case(case, expected[f"{case['hit']}_hit"], tmp_path, lambdas)
            keys = ("params", "command", "localize_urls", "payload_hash")
            agrees = "error" in entry if "error" in case else all(entry[key] == case[key] for key in keys)
            if not agrees:
                differing[str(entry["job"])] = entry
    assert set(differing) == PYTHON_2
    assert not any("error" in entry for entry in differing.values())


def _resolved_case(case: Any, hit: Any, tmp_path: Path, lambdas: BoundedLambdas) -> dict[str, Any]:
    """Resolve one of the expected cases, from its files."""
    folder = SAMPLES / case["repo"].replace("/", "+")
    (tmp_path / "rule.json").write_text(json.dumps(case["rule"]))
    (tmp_path / "hit.json").write_text(json.dumps(hit))
    hits, submission = [str(tmp_path / "hit.json")] * case["n_hits"], Submission(case["submission"])
    documents, others = documents_in([str(folder / case["job_spec"]), str(folder / case["hysds_io"])])
    assert others == []
    asked = Asked(rule=str(tmp_path / "rule.json"), hit=hits, submission=submission)
    (entry,) = resolved_entries(documents, asked, lambdas)
    return entry
