"""Notices of arrival and the replies to them, by their published schema where this machine has it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from fieldstation.core.recognition.model.findings import Findings
from fieldstation.core.recognition.model.notices import VERSIONS, Notice, read_notice
from fieldstation.core.recognition.model.replies import Outcome, reply

SAMPLES = Path("/work/shared/samples/hysds")
SCHEMA = SAMPLES / "podaac+cloud-notification-message-schema" / "cumulus_sns_schema.json"
samples = pytest.mark.skipif(not SAMPLES.exists(), reason="this machine has no public samples")
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
FILE = {"type": "data", "uri": "s3://b/x.nc", "name": "x.nc", "size": 7}
NOTICE: dict[str, Any] = {
    "version": "1.6.1",
    "identifier": "n-1",
    "collection": {"name": "C", "version": "1"},
    "submissionTime": "2026-01-31T11:59:00Z",
    "provider": "P",
    "trace": "T",
    "product": {"name": "X", "dataVersion": "3", "dataProcessingType": "forward", "files": [FILE]},
}
ANSWER = {"receivedTime": "2026-01-31T12:00:00Z", "processCompleteTime": "2026-01-31T12:00:01Z"}


def read(document: Mapping[str, Any]) -> tuple[Notice | None, Findings]:
    findings = Findings()
    return read_notice(json.dumps(document).encode(), "notice.json", findings), findings


def faults(document: Mapping[str, Any]) -> str:
    notice, findings = read(document)
    assert (notice is None) == bool(findings.faults)
    return "; ".join(f"{one.problem.where}: {one.problem.text}" for one in findings.faults)


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """Return the notice with one value in another's place."""
    document: Any = json.loads(json.dumps(NOTICE))
    below = document
    for step in path[:-1]:
        below = below[step]
    below[path[-1]] = to
    return dict(document)


def test_a_notice_is_read_whole() -> None:
    groups = [{"id": "g1", "files": [FILE | {"checksum": "A" * 128, "checksumType": "SHA-512"}]}]
    notice, findings = read(changed("product", to={"name": "X", "filegroups": groups}))
    assert notice is not None and notice.sent is not None and not findings.warnings
    assert (notice.collection, notice.collection_version) == ("C", "1")
    (file,) = notice.sent.files
    assert (file.algorithm, file.digest, file.group, file.size) == ("sha512", "A" * 128, "g1", 7)


@pytest.mark.parametrize(
    ("given", "algorithm"),
    [
        ({"checksum": "0" * 32}, "md5"),
        ({"checksum": "0" * 64, "checksumType": "SHA2"}, "sha256"),
        ({"checksum": "0" * 128, "checksumType": "SHA2"}, "sha512"),
        ({"checksum": "0" * 40, "checksumType": "SHA1"}, "sha1"),
        ({"checksumType": "md5"}, None),
        ({"checksum": "", "checksumType": "md5"}, None),
        ({"checksum": "12", "checksumType": "CRC32"}, None),
    ],
)
def test_md5_is_meant_where_nothing_is_said(given: dict[str, str], algorithm: str | None) -> None:
    notice, _ = read(changed("product", "files", 0, to=FILE | given))
    assert notice is not None and notice.sent is not None and notice.sent.files[0].algorithm == algorithm


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (changed("version", to="2.0"), "/version: '2.0' is none that is known here"),
        (changed("identifier", to=None), "/identifier: is missing"),
        (changed("collection", to={"name": "C"}), "/collection/version: is missing"),
        (changed("submissionTime", to="soon"), "/submissionTime: 'soon' is no time"),
        (changed("product", to=None), "/product: is missing"),
        (changed("product", to={"name": "X"}), "either files or filegroups"),
        (changed("product", "filegroups", to=[]), "not both"),
        (changed("product", "files", to=[]), "names no file"),
        (changed("product", "dataProcessingType", to="again"), "none of forward, reprocessing"),
        (changed("product", "files", 0, "size", to=-1), "/product/files/0/size: must be a whole number"),
        (changed("product", "files", 0, "size", to=1.5), "must be a whole number"),
        (changed("product", "files", 0, "name", to="../x"), "no name of a file"),
        (changed("product", "files", 0, to="x.nc"), "must be an object"),
        (changed("response", to={"status": "SUCCESS"}), "/receivedTime: is missing"),
        (changed("response", to={"status": "DONE"}) | ANSWER, "none of SUCCESS, FAILURE"),
        (changed("response", to={"status": "FAILURE", "errorCode": "OOPS"}) | ANSWER, "none of VALIDATION_ERROR"),
    ],
)
def test_what_a_notice_lacks_is_named(document: dict[str, Any], said: str) -> None:
    assert said in faults(document)


@pytest.mark.parametrize(
    "wrapped",
    [
        {"input": NOTICE, "config": {}},
        {"Type": "Notification", "Message": json.dumps(NOTICE)},
        {"Records": [{"body": json.dumps({"Message": json.dumps(NOTICE)})}]},
        {"Records": [{"Sns": {"Message": json.dumps(NOTICE)}}]},
        {"input": {"granules": []}, "config": {"OriginalCNM": NOTICE}},
    ],
)
def test_a_message_is_taken_out_of_what_queues_wrap_it_in(wrapped: dict[str, Any]) -> None:
    notice, findings = read(wrapped)
    assert notice is not None and notice.identifier == "n-1" and findings.warnings


@samples
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(),
        Outcome(catalog_id="C1", catalog_url="http://c/1"),
        Outcome(code="VALIDATION_ERROR", message="its md5 differs"),
        Outcome(code="TRANSFER_ERROR"),
    ],
)
def test_replies_are_valid_and_read_back(version: str, outcome: Outcome) -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text()), format_checker=Draft7Validator.FORMAT_CHECKER)
    groups = [{"id": "g1", "files": [FILE | {"checksum": "0" * 32, "subtype": "nc"}]}]
    for product in (
        NOTICE["product"],
        {"name": "X", "filegroups": groups},
        {"name": "X", "files": [{**FILE, "type": "qa"}]},
    ):
        notice, _ = read(NOTICE | {"version": version, "product": product, "submissionTime": "2026-01-31 11:59:00.5"})
        assert notice is not None
        document = reply(notice, outcome, received=NOW, completed=NOW)
        validator.validate(document)
        assert document["submissionTime"] == "2026-01-31T11:59:00.500000Z"
        assert (document["trace"], document["collection"]) == ("T", {"name": "C", "version": "1"})
        again, findings = read(document)
        assert again is not None and again.response is not None and not findings.faults
        assert (again.response.code, again.response.catalog_id) == (outcome.code, outcome.catalog_id)


def test_a_reply_says_the_time_and_the_collection_as_they_came() -> None:
    notice, _ = read(NOTICE | {"submissionTime": "2026-01-31T11:59:00.5+01:00", "collection": "C"})
    assert notice is not None
    document = reply(notice, Outcome(), received=NOW, completed=NOW)
    assert (document["submissionTime"], document["collection"]) == ("2026-01-31T11:59:00.5+01:00", "C")


@samples
def test_the_public_samples_are_read_as_what_they_are() -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))
    found = [path for path in SAMPLES.glob("podaac+*/**/*.json") if path not in (SCHEMA, SCHEMA.parent)]
    assert len(found) == 11
    for path in found:
        findings = Findings()
        notice = read_notice(path.read_bytes(), path.name, findings)
        if path.name == "expectedFilegroups.json":  # what somebody makes of a notice, not one
            assert notice is None
            continue
        assert notice is not None, findings.faults
        if "cumulus_sns" in path.name:
            validator.validate(json.loads(path.read_text()))
        if notice.response is None:
            validator.validate(reply(notice, Outcome(), received=NOW, completed=NOW))
