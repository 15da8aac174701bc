"""Product directories and `datasets.json`: what is recognised as what, and every document that is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fieldstation.core.recognition.model.arrivals import Arrival, Given, read_arrival
from fieldstation.core.recognition.model.catalogue import catalogue_document
from fieldstation.core.recognition.model.entries import Configuration, read_configuration
from fieldstation.core.recognition.model.findings import Findings

SAMPLES = Path("/work/shared/samples/hysds")
samples = pytest.mark.skipif(not SAMPLES.exists(), reason="this machine has no public samples")
PATH = "/in/S1_x-v2"
SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
ENTRY: dict[str, Any] = {
    "ipath": "p::data/S1-{type}",
    "match_pattern": r"/(?P<id>S1_(?P<tile>\w)-v(?P<major>\d))$",
    "level": "L{major}",
    "type": "slc",
    "publish": {"location": "s3://{{ HOST }}/{version}/{id}", "urls": ["https://u:p@h/{tile}/{met[a][b]}"]},
    "browse": {"urls": ["http://h/{dataset[label]}"], "sort_order": ["vv", "vh"]},
    "index": {"suffix": "{version}_{type}", "aliases": ["all-{tile}"]},
}
ABOUT: dict[str, Any] = {"version": "2.0", "label": "A label"}


def configured(*entries: Any, **settings: str) -> tuple[Configuration, Findings]:
    findings = Findings()
    found = read_configuration(json.dumps({"datasets": entries}).encode(), "datasets.json", settings, findings)
    assert found is not None
    return found, findings


def read(
    about: bytes | dict[str, Any], *names: str, configuration: Configuration | None = None, **more: Any
) -> tuple[Arrival | None, Findings]:
    """Read a directory with these documents (`met={…}`) and file names."""
    findings = Findings()
    documents = {".dataset.json": about, **{f".{name}.json": document for name, document in more.items()}}
    written = {kind: one if isinstance(one, bytes) else json.dumps(one).encode() for kind, one in documents.items()}
    given = Given(path=PATH, names=names, documents=written)
    return read_arrival(given, configuration, "station.example", findings), findings


def texts(findings: Findings) -> list[str]:
    return [f"{one.problem.where}: {one.problem.text}" for one in findings.faults]


def test_a_product_is_read_whole() -> None:
    configuration = configured({**ENTRY, "match_pattern": "/never$"}, ENTRY, HOST="h:80")[0]
    about = ABOUT | {
        "location": {"type": "polygon", "coordinates": SQUARE},
        "starttime": "2017-03-01T00:00:00.1234567",
        "endtime": "2017-03-01T02:00:00+02:00",
        "creation_timestamp": "2017-03-02",
        "orbit": 7,
    }
    context = {"_prov": {"wasGeneratedBy": "task_id:1"}, "localize_urls": [{"url": "s3://b/k"}], "_force_ingest": True}
    names = ("S1_vh.browse.png", "S1_vv.browse.png", "S1_vv.browse_small.png", "deep/other.browse.png", "data.nc")
    met = {"a": {"b": "c"}}
    arrival, findings = read(about, *names, configuration=configuration, met=met, context=context)
    assert texts(findings) == ["/endtime: '2017-03-01T02:00:00+02:00' lies before starttime: are they exchanged?"]
    about["endtime"] = "2017-03-01T02:00:01+02:00"
    arrival, findings = read(about, *names, configuration=configuration, met=met, context=context)
    assert arrival is not None and arrival.recognised is not None and texts(findings) == []
    assert (arrival.start, arrival.end) == (
        datetime(2017, 3, 1, 0, 0, 0, 123456, UTC),
        datetime(2017, 3, 1, 0, 0, 1, tzinfo=UTC),
    )
    assert (arrival.id, arrival.version, arrival.label, arrival.overwrite) == ("S1_x-v2", "2.0", "A label", True)
    assert arrival.created == datetime(2017, 3, 2, tzinfo=UTC)
    told = arrival.recognised
    assert (told.number, told.dataset, told.level, told.type) == (2, "S1-slc", "L2", "slc")
    assert (told.location, told.urls) == ("s3://h:80/2.0/S1_x-v2", ("https://h/x/c",))
    assert (told.index, told.aliases) == ("grq_2.0_slc", ("all-x",))
    assert [(one.image, one.small) for one in arrival.browse] == [
        ("S1_vv.browse.png", "S1_vv.browse_small.png"),
        ("S1_vh.browse.png", None),
    ]
    document = catalogue_document(arrival)
    assert document["location"] == {"type": "Polygon", "coordinates": SQUARE}
    assert arrival.footprint is not None and arrival.footprint.bbox == (0.0, 0.0, 1.0, 1.0)
    assert document["prov"] == {"wasGeneratedBy": "task_id:1", "wasDerivedFrom": ["url:s3://b/k"]}
    assert (document["objectid"], document["system_version"], document["orbit"]) == ("S1_x-v2", "2.0", 7)
    assert document["browse_urls"] == ("http://h/A label",)


@samples
def test_the_public_contexts_are_read() -> None:
    listed = json.loads((SAMPLES / "manifest.json").read_text())["files"]
    contexts = [SAMPLES / one["saved"] for one in listed if one["kind"] == "context"]
    assert len(contexts) == 9
    tasks = set()
    for path in contexts:
        arrival, findings = read(ABOUT, context=path.read_bytes())
        assert arrival is not None and not findings.faults, path
        prov = catalogue_document(arrival)["prov"]
        assert isinstance(prov, dict)
        tasks |= set(prov)
    assert tasks == {"wasGeneratedBy", "wasDerivedFrom"}


def test_groups_of_the_pattern_go_before_what_is_written() -> None:
    entry = ENTRY | {"match_pattern": r"/S1_(?P<level>\w)-(?P<version>v\d)$", "publish": {}, "index": {}}
    arrival, _ = read(ABOUT, configuration=configured(entry)[0])
    assert arrival is not None and arrival.recognised is not None
    assert (arrival.version, arrival.recognised.level, arrival.recognised.index) == ("v2", "x", "grq_v2_s1-slc")


def test_a_product_may_name_its_own_index() -> None:
    arrival, _ = read(ABOUT | {"index": {"suffix": "Own", "odd": 1}}, configuration=configured(ENTRY)[0])
    assert arrival is not None and arrival.recognised is not None
    assert (arrival.recognised.index, arrival.recognised.aliases) == ("grq_own", ("all-x",))
    assert "index" not in catalogue_document(arrival)


def test_an_alternative_pattern_looks_at_the_files_too() -> None:
    entry = ENTRY | {"alt_match_pattern": r"_(?P<year>\d{4})\.nc$", "type": "t{year}", "publish": {}}
    configuration, _ = configured(entry, ENTRY | {"publish": {}})
    by_file, _ = read(ABOUT, "a.nc", "b_2017.nc", configuration=configuration)
    by_next, _ = read(ABOUT, "a.nc", configuration=configuration)
    assert by_file is not None and by_file.recognised is not None and by_file.recognised.type == "t2017"
    assert by_next is not None and by_next.recognised is not None and by_next.recognised.number == 2
    nothing, findings = read(ABOUT, "a.nc", configuration=configured(entry)[0])
    assert nothing is None and "entry 1 would, if its alt_match_pattern were found here" in texts(findings)[0]


def test_a_faulty_entry_is_left_out_and_the_others_go_on() -> None:
    ahead = ENTRY | {"match_pattern": "/(?!tmp).*"}
    configuration, findings = configured(ahead, "x", {"ipath": "nowhere"}, ENTRY)
    assert configuration.skipped == (1, 2, 3)
    assert {text.partition(":")[0] for text in texts(findings)} == {
        "/datasets/0/match_pattern",
        "/datasets/1",
        "/datasets/2/ipath",
        "/datasets/2/match_pattern",
        "/datasets/2/level",
        "/datasets/2/type",
    }
    arrival, doubts = read(ABOUT, configuration=configuration, met={"a": {"b": 1}})
    assert arrival is not None and arrival.recognised is not None and arrival.recognised.number == 4
    assert "1, 2, 3" in doubts.warnings[0].problem.text


def test_what_is_recognised_by_nothing_is_a_fault() -> None:
    configuration, _ = configured(ENTRY | {"match_pattern": "/never$"})
    assert texts(read(ABOUT, configuration=configuration)[1]) == [f"/: no entry of datasets.json matches {PATH}"]
    configuration, _ = configured(ENTRY | {"level": "L{met[a]}"})
    arrival, findings = read(ABOUT, configuration=configuration, met={})
    assert arrival is None and texts(findings) == ["/: level of entry 1: {met[a]}: there is no 'a' in an object"]


def test_an_address_that_cannot_be_said_is_left_out() -> None:
    """It is an address of elsewhere, and often told by metadata that only the extractor would have given."""
    arrival, findings = read(ABOUT, configuration=configured(ENTRY)[0], met={})
    assert arrival is not None and arrival.recognised is not None and texts(findings) == []
    assert (arrival.recognised.urls, arrival.recognised.location) == ((), "s3://{{ HOST }}/2.0/S1_x-v2")
    assert findings.warnings[0].problem.text.startswith("publish/urls of entry 1 was left out: {met[a][b]}")


def test_secrets_are_doubted_and_never_kept() -> None:
    filled = {"urls": ["davs://{{ U }}:{{ P }}@h/x"]}
    assert [one.problem.where for one in configured(ENTRY | {"publish": filled}, U="u", P="p")[1].warnings] == []
    entry = ENTRY | {"publish": {"s3-secret-key": "S3CRET", "urls": ["davs://me:pass@h/x"]}}
    configuration, findings = configured(entry)
    arrival, _ = read(ABOUT, configuration=configuration)
    assert arrival is not None and arrival.recognised is not None
    assert "S3CRET" not in repr(configuration) and len(findings.warnings) == 2
    assert arrival.recognised.urls == ("davs://h/x",)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "empty"),
        (b'{"version": "1", "label": "half', "not JSON: Unterminated string"),
        (b'{"version": NaN}', "NaN is not JSON"),
        (b'{"version": 1e999}', "beyond what can be computed"),
        (b'{"version": ' + b"9" * 5000 + b"}", "thousands of digits"),
        (b'{"version": "1", "version": "2"}', "'version' stands twice"),
        (b'{"version": "\xff"}', "not UTF-8"),
        (b'{"version": "\\u0000"}', "NUL"),
        (b'{"version": "\\ud800"}', "surrogate"),
        (b"[" * 100_000, "deeper than 64"),
        (b"[" * 70 + b"]" * 70, "deeper than 64"),
        (b" " * 17_000_000 + b"{}", "16777216 bytes"),
        (b'["version"]', "one JSON object"),
        (b"{}", "/version: is missing"),
        (b'{"version": ["1"]}', "must be text"),
    ],
)
def test_a_document_that_is_none_is_refused(document: bytes, said: str) -> None:
    arrival, findings = read(document)
    assert arrival is None and said in "; ".join(texts(findings))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("starttime", "yesterday", "is no time"),
        ("starttime", "2017-02-30", "is no date"),
        ("starttime", "0001-01-01T00:00:00+01:00", "before the year 1"),
        ("starttime", [2017], "must be a time such as"),
        ("starttime", -1, "must be a time such as"),
        ("location", "POINT (1 2)", "must be a GeoJSON geometry"),
        ("location", {"type": "circle", "coordinates": [1, 2]}, "no type of geometry"),
        ("location", {"type": "Point", "coordinates": ["1", "2"]}, "is no number"),
        ("location", {"type": "Polygon", "coordinates": [[0, 0], [1, 1]]}, "an array was expected"),
        ("location", {"type": "Polygon", "coordinates": []}, "is empty"),
        ("location", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "crosses itself"),
        ("location", {"type": "Point", "coordinates": [1, 91]}, "/location/coordinates"),
        ("location", {"type": "envelope", "coordinates": [1, 2]}, "a box has 4 numbers"),
        ("location", {"coordinates": [1, 2]}, "/location/type: None is no type"),
    ],
)
def test_a_value_that_says_nothing_is_refused(key: str, value: Any, said: str) -> None:
    arrival, findings = read(ABOUT | {key: value})
    assert arrival is None and said in "; ".join(texts(findings))


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("2017-03-01", "2017-03-01T00:00:00+00:00", "2017-03-01T23:59:59.999999+00:00"),
        ("2017-03-01T06:00", "2017-03-01T06:00:00+00:00", "2017-03-01T06:00:00+00:00"),
        ("20170301T060708.5", "2017-03-01T06:07:08.500000+00:00", "2017-03-01T06:07:08.500000+00:00"),
        ("20170301", "2017-03-01T00:00:00+00:00", "2017-03-01T23:59:59.999999+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00", "2017-01-01T00:00:00+00:00"),
        (None, None, None),
    ],
)
def test_times_as_they_are_written(written: str | None, start: str | None, end: str | None) -> None:
    arrival, _ = read(ABOUT | {"starttime": written, "endtime": written})
    assert arrival is not None
    assert [one and one.isoformat() for one in (arrival.start, arrival.end)] == [start, end]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"starttime": 1488326400000}, "milliseconds"),
        ({"endtime": ""}, "taken as absent"),
        ({"start_time": "2017-03-01"}, "was starttime meant?"),
        ({"id": "other"}, "name of the directory"),
        ({"dataset_type": "x"}, "in place of what was recognised"),
        ({"version": 2.0}, "write it in quotes"),
        ({"location": {"type": "envelope", "coordinates": [[0, 1], [1, 0]]}}, "read as a box"),
        ({"location": {"type": "Feature", "geometry": {"type": "POINT", "coordinates": [1, 2, 3]}}}, "a Feature"),
    ],
)
def test_what_is_doubtful_is_told_and_refused_only_when_strict(more: dict[str, Any], said: str) -> None:
    arrival, findings = read(ABOUT | more)
    assert arrival is not None and said in findings.warnings[0].problem.text
    assert findings.strict().faults and not findings.faults
