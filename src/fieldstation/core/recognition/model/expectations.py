"""Lists of how many products of which data set and version should have come, group by group."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.recognition.model.arrivals import Arrival
from fieldstation.core.recognition.model.document import read_object
from fieldstation.core.recognition.model.findings import Fields, Findings
from fieldstation.kernel.canonical import Json

_KEYS = ("dataset", "system_version", "count")


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """So many products of one data set and version, in one group of the list."""

    group: str
    dataset: str
    version: str
    count: int


def is_expectation(document: Mapping[str, Json]) -> bool:
    """Tell whether a document with `datasets` is such a list, and not what recognises products."""
    return isinstance(document.get("datasets"), Mapping)


def read_expectations(data: bytes, file: str, findings: Findings) -> Sequence[Expectation]:
    """Read `{"datasets": {GROUP: [{"dataset", "system_version", "count"}, …], …}}`; what is none of it is a fault."""
    document = read_object(data, file, findings)
    if document is None:
        return ()
    root = Fields(findings, file, "", document)
    groups = root.object("datasets")
    if groups is None:
        root.fault("datasets", "is missing: groups of data sets, each with dataset, system_version and count")
        return ()
    found = [_read(one, group) for group in groups.names() for one in groups.objects(group)]
    return [one for one in found if one is not None]


def compare(expected: Iterable[Expectation], file: str, arrivals: Iterable[Arrival], findings: Findings) -> None:
    """Note each data set and version of which another number came than all groups together expect."""
    wanted: Counter[tuple[str, str]] = Counter()
    for one in expected:
        wanted[one.dataset, one.version] += one.count
    came = Counter((one.recognised.dataset, one.version) for one in arrivals if one.recognised is not None)
    for (dataset, version), count in sorted(wanted.items()):
        if came[dataset, version] != count:
            text = f"{count} of {dataset} {version} were expected, and {came[dataset, version]} came"
            findings.fault(file, "/datasets", text)
    for dataset, version in sorted(came.keys() - wanted.keys()):
        text = f"{came[dataset, version]} of {dataset} {version} came, and none was expected"
        findings.warn(file, "/datasets", text)


def _read(fields: Fields, group: str) -> Expectation | None:
    fields.ignored(_KEYS, "is not known there and was not read")
    dataset = fields.required("dataset", "the name of the data set")
    version = fields.required("system_version", "the version of the products")
    count = fields.get("count")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        fields.fault("count", "must be a whole number, 0 or more")
        return None
    if dataset is None or version is None:
        return None
    return Expectation(group=group, dataset=dataset, version=version, count=count)
