"""Whatever JSON a stranger writes into a document that we read: it is told what is wrong, and nothing is raised."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.cli.arrival_report import Report, document, lines
from fieldstation.cli.output import document as plain
from fieldstation.core.recognition.model.arrivals import Given, read_arrival
from fieldstation.core.recognition.model.entries import read_configuration
from fieldstation.core.recognition.model.expectations import read_expectations
from fieldstation.core.recognition.model.findings import Findings
from fieldstation.core.recognition.model.notices import read_notice
from fieldstation.core.recognition.service import Checksums, Inspection

ODD_TEXTS = st.sampled_from(
    [
        "", "p::data/{type}", "/(?P<id>.+)$", "(?=", "{met[a]}", "{{ X }}", "2017-03-01", "20170301T000000", "1.6.1",
        "Point", "polygon", "Envelope", "GeometryCollection", "md5", "SHA2", "s3://a:b@c/d", "../x", "{", "\x00",
        "\ud800",
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ODD_TEXTS
JSON = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=4) | st.dictionaries(ODD_TEXTS, below, max_size=4), max_leaves=6
)


def near(sound: dict[str, Any], **inside: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A sound object with at most two of its values replaced by anything, or by what is nearly sound `inside`."""
    odd = [st.tuples(st.just(key), JSON | inside.get(key, JSON)) for key in {**sound, **inside}]
    return st.lists(st.one_of(odd), max_size=2).map(lambda replaced: sound | dict(replaced))


def some(one: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(one, min_size=1, max_size=2)


POINT = {"type": "Point", "coordinates": [1, 2]}
PLACE = near(POINT, type=ODD_TEXTS, geometries=some(near(POINT)), geometry=near(POINT))
ABOUT = near(
    {"version": "1", "label": "L", "location": POINT, "starttime": "2017-03-01", "endtime": "2017-03-02", "id": "P"},
    location=PLACE, starttime=ODD_TEXTS,
)  # fmt: skip
OUTLET = {"location": "s3://{{ X }}/{id}", "urls": ["http://{met[a]}"], "sort_order": ["a"]}
ENTRY = near(
    {"ipath": "p::data/{type}", "match_pattern": "/(?P<x>.)", "level": "L{version}", "type": "t", "version": "v",
     "alt_match_pattern": None, "publish": OUTLET, "index": {"suffix": "{x}"}},
    publish=near(OUTLET), browse=near(OUTLET), match_pattern=ODD_TEXTS,
)  # fmt: skip
CONTEXT = near({"_prov": {"wasGeneratedBy": "t"}, "localize_urls": [{"url": "s3://b/k"}]})
FILE = near({"type": "data", "uri": "s3://b/k", "name": "k", "size": 1, "checksum": "00", "checksumType": "md5"})
SENT = near({"name": "P", "files": [{"type": "data", "uri": "u", "name": "n", "size": 1}]}, files=some(FILE))
NOTICE = near(
    {"version": "1.6.1", "identifier": "i", "collection": "C", "submissionTime": "2017-03-01", "product": {}},
    version=ODD_TEXTS,
    product=SENT,
    response=near({"status": "SUCCESS"}),
    input=JSON,
    Records=JSON,
).flatmap(lambda notice: SENT.map(lambda sent: {**notice, "product": notice["product"] or sent}))
EXPECTED = st.dictionaries(ODD_TEXTS, some(near({"dataset": "D", "system_version": "1", "count": 1})), max_size=2)


@settings(max_examples=60, deadline=None)
@given(ABOUT, near({"a": "b"}), CONTEXT, some(ENTRY), JSON)
def test_documents_of_products(about: Any, met: Any, context: Any, entries: Any, other: Any) -> None:
    findings = Findings()
    configured = read_configuration(json.dumps({"datasets": entries}).encode(), "d", {"X": "x"}, findings)
    written = {".dataset.json": about, ".met.json": met, ".context.json": context, ".prod_prov.json": other}
    given_ = Given(
        path="/in/P", names=["a.png", "P.browse.png"], documents={k: json.dumps(v).encode() for k, v in written.items()}
    )
    arrival = read_arrival(given_, configured, "here", findings)
    assert arrival is not None or findings.faults
    found = Inspection(
        path="/in/P", arrival=arrival, checksums=Checksums(matched=(), differing=(), without=()), findings=findings
    )
    report = Report(arrivals=[found], findings=findings)
    assert json.dumps(plain(document(report))) and "".join(lines(report)).encode()


@settings(max_examples=60, deadline=None)
@given(NOTICE, EXPECTED | JSON, st.binary(max_size=40))
def test_notices_lists_and_bytes(notice: Any, expected: Any, data: bytes) -> None:
    findings = Findings()
    assert read_notice(json.dumps(notice).encode(), "n", findings) is not None or findings.faults
    read_expectations(json.dumps({"datasets": expected}).encode(), "e", findings)
    for read in (read_notice, read_expectations):
        read(data, "b", findings)
