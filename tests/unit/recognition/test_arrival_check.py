"""`fieldstation arrival check` and `reply`: what a person and a program are told, the public samples among it."""

import hashlib
import json
import os
import shutil
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from fieldstation.__main__ import main

SAMPLES = Path("/work/shared/samples/hysds")
samples = pytest.mark.skipif(not SAMPLES.exists(), reason="this machine has no public samples")
ENTRY = {"ipath": "p::data/{type}", "match_pattern": "/(?P<id>S1_.+)$", "level": "L1", "type": "slc"}
FILE = {
    "type": "data",
    "uri": "s3://b/x.nc",
    "name": "x.nc",
    "size": 7,
    "checksum": hashlib.md5(b"granule").hexdigest(),
}
NOTICE = {
    "version": "1.5.1", "identifier": "n-1", "collection": "C", "submissionTime": "2026-01-31T11:59:00Z",
    "product": {"name": "X", "files": [FILE]},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two products, one with a wrong checksum, and the file that recognises them."""
    for name, digest in (("S1_a", hashlib.sha256(b"granule").hexdigest()), ("S1_b", "0" * 64)):
        product = tmp_path / "in" / name
        product.mkdir(parents=True)
        (product / f"{name}.dataset.json").write_text('{"version": "v1", "starttime": "2017-03-01T00:00:00"}')
        (product / "x.nc").write_bytes(b"granule")
        (product / "x.nc.sha256").write_text(digest)
    (tmp_path / "datasets.json").write_text(json.dumps({"datasets": [ENTRY]}))
    (tmp_path / "notice.json").write_text(json.dumps(NOTICE))
    return tmp_path


def told(arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Return the exit code of `fst arrival …` and what it printed."""
    monkeypatch.setattr(sys, "argv", ["fst", "arrival", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    return code if isinstance(code, int) else 0, capsys.readouterr().out


Told = Any


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    return lambda *arguments: told([str(one) for one in arguments], capsys, monkeypatch)


def test_products_are_told_as_what_they_are(folder: Path, run: Told) -> None:
    code, text = run("check", folder / "in", "--datasets", folder / "datasets.json", "--json")
    found = json.loads(text)
    assert code == 1
    assert [(one["id"], one["recognised"]["dataset"]) for one in found["arrivals"]] == [
        ("S1_a", "slc"),
        ("S1_b", "slc"),
    ]
    first, second = found["arrivals"]
    assert (first["checksums"]["matched"], second["checksums"]["differing"]) == (["x.nc"], ["x.nc"])
    assert first["starttime"] == "2017-03-01T00:00:00.000000Z"
    assert first["document"]["system_version"] == "v1"
    (fault,) = found["faults"]
    assert fault["file"].endswith("S1_b/x.nc") and "send it again" in fault["text"]
    code, text = run("check", folder / "in" / "S1_a" / "S1_a.dataset.json")
    assert code == 0 and "recognised by nothing" in text and "1 agree, 0 differ" in text


def test_one_manifest_or_sidecar_is_compared_alone(folder: Path, run: Told) -> None:
    assert run("check", folder / "in" / "S1_a" / "x.nc.sha256")[0] == 0
    assert run("check", folder / "in" / "S1_b" / "x.nc.sha256")[0] == 1
    (folder / "in" / "MD5SUMS").write_text(f"{FILE['checksum']}  S1_b/x.nc\n")
    code, text = run("check", folder / "in" / "MD5SUMS", "--json")
    assert (code, json.loads(text)["checksums"][0]["checksums"]["matched"]) == (0, ["S1_b/x.nc"])


def test_files_of_a_notice_are_compared_with_it(folder: Path, run: Told) -> None:
    assert run("check", folder / "notice.json")[0] == 0
    assert run("check", folder / "notice.json", "--files", folder / "in" / "S1_a")[0] == 0
    code, text = run("check", folder / "notice.json", "--files", folder / "in", "--json")
    assert code == 1 and "has not come" in json.loads(text)["faults"][0]["text"]
    (folder / "in" / "S1_a" / "x.nc").write_bytes(b"granul")
    assert "has 6 bytes, but 7 were sent" in run("check", folder / "notice.json", "--files", folder / "in" / "S1_a")[1]
    (folder / "in" / "S1_a" / "x.nc").write_bytes(b"granulE")
    assert "its md5 is" in run("check", folder / "notice.json", "--files", folder / "in" / "S1_a")[1]


def test_placeholders_are_filled_and_doubts_may_be_faults(folder: Path, run: Told) -> None:
    (folder / "d.json").write_text(json.dumps({"datasets": [ENTRY | {"level": "{{ LEVEL }}", "odd": 1}]}))
    arguments = ("check", folder / "in" / "S1_a", "--datasets", folder / "d.json")
    assert "nobody said what LEVEL stands for" in run(*arguments)[1]
    code, text = run(*arguments, "--set", "LEVEL=L9")
    assert code == 0 and "level L9" in text
    assert run(*arguments, "--set", "LEVEL=L9", "--strict")[0] == 1
    assert run(*arguments, "--set", "LEVEL")[0] == 2


def test_what_came_is_compared_with_what_was_expected(folder: Path, run: Told) -> None:
    def expecting(*counts: object) -> Path:
        listed = [{"dataset": "slc", "system_version": "v1", "count": count} for count in counts]
        (folder / "expected.json").write_text(json.dumps({"datasets": {"1": listed[:1], "2": listed[1:]}}))
        return folder / "expected.json"

    (folder / "in" / "S1_b" / "x.nc.sha256").unlink()
    arguments = ("check", folder / "in", "--datasets", folder / "datasets.json", "--expect")
    assert run(*arguments, expecting(1, 1))[0] == 0
    assert "3 of slc v1 were expected, and 2 came" in run(*arguments, expecting(1, 2))[1]
    assert "none was expected" in run(*arguments, expecting())[1]
    assert "must be a whole number" in run(*arguments, expecting("2"))[1]


def test_a_product_that_still_changes_is_left(folder: Path, run: Told) -> None:
    product = folder / "in" / "S1_a"
    os.utime(product / "x.nc", (0, 0))  # as tools do that bring files with their times
    code, text = run("check", product, "--quiet", "86400", "--json")
    found = json.loads(text)
    assert (code, found["arrivals"]) == (1, [])
    assert "was left alone: wait until it is quiet for 86400 s" in found["faults"][0]["text"]
    assert run("check", product, "--quiet", "0.001")[0] == 0


def test_a_document_may_come_through_a_pipe(run: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(json.dumps(NOTICE).encode())))
    code, text = run("check", "-")
    assert code == 0 and text == "-: notice n-1 of X, 1 file of 7 bytes\n"


def test_a_product_that_comes_twice_is_told(folder: Path, run: Told) -> None:
    shutil.copytree(folder / "in" / "S1_a", folder / "again" / "S1_a")
    arguments = ("check", folder / "in" / "S1_a", folder / "again")
    code, text = run(*arguments, "--json")
    (doubt,) = json.loads(text)["warnings"]
    assert code == 0 and doubt["text"] == f"comes twice: {folder}/in/S1_a has the same id"
    assert run(*arguments, "--strict")[0] == 1
    assert run("check", folder / "in" / "S1_a", folder / "in" / "S1_a", "--strict")[0] == 0


def test_what_is_nothing_of_ours_is_told(folder: Path, run: Told) -> None:
    (folder / "other.json").write_text("{}")
    (folder / "empty").mkdir()
    code, text = run("check", folder / "other.json", folder / "empty", folder / "gone", "--json")
    assert code == 1
    assert [one["text"].partition(":")[0] for one in json.loads(text)["faults"]] == [
        "is neither a datasets.json nor a notice of arrival (CNM) nor a reply to one",
        "holds no product directory",
        "cannot be read",
    ]


def test_replies_are_printed(folder: Path, run: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    code, text = run("reply", folder / "notice.json", "--failure", "TRANSFER_ERROR", "--message", "gone")
    document = json.loads(text)
    assert code == 0 and document["identifier"] == "n-1" and document["product"]["name"] == "X"
    assert document["response"] == {"status": "FAILURE", "errorCode": "TRANSFER_ERROR", "errorMessage": "gone"}
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
    assert run("reply", "-")[0] == 1  # nobody replies to replies
    assert run("reply", folder / "notice.json", "--message", "gone")[0] == 2


@samples
def test_the_public_samples_are_read(run: Told) -> None:
    configured = SAMPLES / "hysds+hysds" / "configs" / "datasets" / "datasets.json"
    products = [path.parent for path in SAMPLES.glob("**/*.dataset.json")]
    code, text = run("check", *products, "--datasets", configured, "--json")
    found = json.loads(text)
    assert (code, len(products), found["faults"]) == (0, 2, [])
    assert {(one["id"], one["version"], one["recognised"]["dataset"]) for one in found["arrivals"]} == {
        ("AOI_sacramento_valley", "2.0", "area_of_interest")
    }
    assert {one["location"]["type"] for one in found["arrivals"]} == {"Polygon"}
    stray = SAMPLES / "hysds+sdscli/sdscli/adapters/hysds/files/AOI_sacramento_valley"
    assert "has all of the product come?" in run("check", stray)[1]
    files = sorted(SAMPLES.glob("**/datasets*.json"))
    code, text = run("check", *files, "--json")
    found = json.loads(text)
    assert (code, found["faults"]) == (0, [])
    assert [len(one["entries"]) for one in found["configurations"]] == [3, 3]
    assert [sum(one["count"] for one in listed["expected"]) for listed in found["expectations"]] == [3196, 189]
