"""Notices of arrival in the Cloud Notification Mechanism (CNM) 1.0 to 1.6.1: what a partner says that it has sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.core.recognition.model.checksums import algorithm_named, is_digest
from fieldstation.core.recognition.model.document import read_object
from fieldstation.core.recognition.model.findings import Fields, Findings, shown
from fieldstation.core.recognition.model.moments import read_moment
from fieldstation.kernel.canonical import Json

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.4.1", "1.5", "1.5.1", "1.6.0", "1.6.1")
FILE_TYPES = ("data", "browse", "metadata", "ancillary", "linkage")
PROCESSING = ("forward", "reprocessing")
STATUSES = ("SUCCESS", "FAILURE")
CODES = ("VALIDATION_ERROR", "PROCESSING_ERROR", "TRANSFER_ERROR")
CHECKSUM_TYPES = {"sha512": "SHA512", "sha256": "SHA256", "sha1": "SHA1", "md5": "md5"}  # ours to those of CNM
MAX_FILES = 50_000
_SIZES = {128: "sha512", 96: "sha384", 64: "sha256", 56: "sha224"}  # digits of a digest to the SHA2 that makes it
_WRAPPINGS = ("input", "cnm", "config/OriginalCNM", "Message", "body", "Sns", "Records/0")
_ALSO_A_FILE_TYPE = "qa"  # named by the text of CNM and not by its schema


@dataclass(frozen=True, kw_only=True)
class NoticeFile:
    """A file that was sent: `size` in bytes, `algorithm` as hashlib names it, `digest` as it was written.

    Both are None where nothing is said, or of an algorithm that nobody knows.
    """

    type: str
    subtype: str | None
    uri: str
    name: str
    size: int
    algorithm: str | None
    digest: str | None
    group: str | None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The product that a notice speaks of."""

    name: str
    version: str | None
    processing: str | None
    files: tuple[NoticeFile, ...]


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a reply says became of a product."""

    status: str
    code: str | None
    message: str | None
    catalog_id: str | None
    catalog_url: str | None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice, or a reply to one (then with `response`). `document` is the message alone, as it came."""

    version: str
    identifier: str
    collection: str
    collection_version: str | None
    submitted: datetime
    provider: str | None
    trace: str | None
    sent: Sent | None
    received: datetime | None
    completed: datetime | None
    response: Response | None
    document: Mapping[str, Json]


def is_notice(document: Mapping[str, Json]) -> bool:
    """Tell whether a JSON object is meant as a notice or reply, alone or in the wrapping of a queue."""
    return {"identifier", "collection"} <= document.keys() or _wrapped(document) is not None


def read_notice(data: bytes, file: str, findings: Findings) -> Notice | None:
    """Read one notice or reply; None when it has a fault. What queues and workflows wrap it in is taken off."""
    before = len(findings.faults)
    document = read_object(data, file, findings)
    while document is not None and (inner := _wrapped(document)) is not None:
        wrapping, text = inner
        findings.warn(file, f"/{wrapping}", "is what was read: the message lies in a wrapping")
        document = read_object(text, file, findings) if isinstance(text, bytes) else text
    if document is None:
        return None
    notice = _Reader(Fields(findings, file, "", document), document).notice()
    return notice if len(findings.faults) == before else None


def _wrapped(document: Mapping[str, Json]) -> tuple[str, bytes | Mapping[str, Json]] | None:
    """Return the message in a wrapping and where it stands there; None where there is no wrapping."""
    if "identifier" in document:
        return None
    for place in _WRAPPINGS:
        inner: Json = document
        for step in place.split("/"):
            if isinstance(inner, Mapping):
                inner = inner.get(step)
            elif isinstance(inner, Sequence) and not isinstance(inner, str) and len(inner) == 1:
                inner = inner[0]
            else:
                inner = None
        if isinstance(inner, Mapping) and ("identifier" in inner or _wrapped(inner) is not None):
            return place, inner
        if isinstance(inner, str) and inner.lstrip().startswith("{"):
            return place, inner.encode("utf-8")
    return None


class _Reader:
    def __init__(self, fields: Fields, document: Mapping[str, Json]) -> None:
        self._fields = fields
        self._document = document
        self._count = 0

    def notice(self) -> Notice | None:
        """Return the notice; what it lacks is noted."""
        fields = self._fields
        version = self._version()
        identifier = fields.required("identifier", "what tells this message from all others of its sender")
        collection, collection_version = self._collection()
        submitted = self._moment("submissionTime", "deliveryTime")
        response = self._response()
        answers = response is not None
        received = self._moment("receivedTime") if answers else read_moment(fields, "receivedTime")
        completed = self._moment("processCompleteTime") if answers else read_moment(fields, "processCompleteTime")
        sent = self._sent(required=not answers)
        if version is None or identifier is None or collection is None or submitted is None:
            return None
        return Notice(
            version=version, identifier=identifier, collection=collection, collection_version=collection_version,
            submitted=submitted, provider=fields.text("provider"), trace=fields.text("trace"), sent=sent,
            received=received, completed=completed, response=response, document=self._document,
        )  # fmt: skip

    def _version(self) -> str | None:
        written = self._fields.required("version", f"one of {', '.join(VERSIONS)}")
        if written is None or written in VERSIONS:
            return written
        meant = written.removeprefix("v")
        if meant in VERSIONS:
            self._fields.warn("version", f"{shown(written)} was taken for {meant}")
            return meant
        self._fields.fault("version", f"{shown(written)} is none that is known here: {', '.join(VERSIONS)}")
        return None

    def _collection(self) -> tuple[str | None, str | None]:
        if not isinstance(self._fields.get("collection"), Mapping):
            return self._fields.required("collection", "the collection that the product belongs to"), None
        fields = self._fields.object("collection")
        assert fields is not None
        fields.ignored(("name", "version"), "is not known in a collection and was not read")
        return fields.required("name", "its short name"), fields.required("version", "its version")

    def _moment(self, key: str, older: str | None = None) -> datetime | None:
        fields = self._fields
        if fields.get(key) in (None, ""):
            if older is not None and fields.get(older) not in (None, ""):
                fields.warn(older, f"was taken for {key}, which is missing")
                return read_moment(fields, older)
            fields.fault(key, "is missing: a time such as 2026-01-31T12:00:00Z")
            return None
        return read_moment(fields, key)

    def _response(self) -> Response | None:
        fields = self._fields.object("response")
        if fields is None:
            return None
        status = fields.required("status", " or ".join(STATUSES))
        code = fields.text("errorCode")
        self._one_of(fields, "status", status, STATUSES)
        self._one_of(fields, "errorCode", code, CODES)
        told = fields.object("ingestionMetadata")
        return Response(
            status=status or "", code=code, message=fields.text("errorMessage", most=100_000),
            catalog_id=told.text("catalogId") if told else None, catalog_url=told.text("catalogUrl") if told else None,
        )  # fmt: skip

    def _one_of(self, fields: Fields, key: str, value: str | None, known: Sequence[str]) -> None:
        if value is not None and value not in known:
            fields.fault(key, f"{shown(value)} is none of {', '.join(known)}")

    def _sent(self, *, required: bool) -> Sent | None:
        fields = self._fields.object("product")
        if fields is None:
            if required and self._fields.get("product") is None:
                self._fields.fault("product", "is missing: its name and files; a reply has a response instead")
            return None
        name = fields.required("name", "the name of the product")
        self._one_of(fields, "dataProcessingType", fields.text("dataProcessingType"), PROCESSING)
        both = [key for key in ("files", "filegroups") if fields.get(key) is not None]
        if len(both) != 1:
            fields.fault("", "must have either files or filegroups" + (", not both" if both else ""))
        files = tuple(one for one in self._files(fields) if one is not None)
        if both and not files and required:
            fields.fault(both[0], "names no file")
        version = fields.text("dataVersion")
        return Sent(name=name or "", version=version, processing=fields.text("dataProcessingType"), files=files)

    def _files(self, fields: Fields) -> Iterator[NoticeFile | None]:
        places = [(one, None) for one in fields.objects("files")]
        for group in fields.objects("filegroups"):
            id_ = group.required("id", "what tells this group from the others")
            places += [(one, id_) for one in group.objects("files")]  # type: ignore[misc]
        if len(places) > MAX_FILES:
            fields.fault("", f"names {len(places)} files; at most {MAX_FILES} are read")
            return
        for one, id_ in places:
            yield self._file(one, id_)

    def _file(self, fields: Fields, group: str | None) -> NoticeFile | None:
        type_ = fields.required("type", f"one of {', '.join(FILE_TYPES)}")
        if type_ is not None and type_ not in (*FILE_TYPES, _ALSO_A_FILE_TYPE):
            fields.warn("type", f"{shown(type_)} is none of {', '.join(FILE_TYPES)}; it was kept")
        uri, name = fields.required("uri", "where the file lies"), fields.required("name", "the name of the file")
        if name is not None and any(part in ("", ".", "..") for part in name.split("/")):
            fields.fault("name", f"{shown(name)} is no name of a file that could be written")
        size = self._size(fields)
        algorithm, digest = self._checksum(fields)
        if type_ is None or uri is None or name is None or size is None:
            return None
        return NoticeFile(
            type=type_, subtype=fields.text("subtype"), uri=uri, name=name, size=size, algorithm=algorithm,
            digest=digest, group=group,
        )  # fmt: skip

    def _size(self, fields: Fields) -> int | None:
        value = fields.get("size")
        if isinstance(value, str) and value.isdecimal() and len(value) < 19:
            fields.warn("size", f"is the text {shown(value)}, taken as a number")
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
            fields.fault("size", "must be a whole number of bytes, 0 or more")
            return None
        return int(value)

    def _checksum(self, fields: Fields) -> tuple[str | None, str | None]:
        """Read algorithm and digest; MD5 is meant where only a digest is given."""
        digest, written = fields.text("checksum"), fields.text("checksumType")
        if digest is None:
            return None, None
        algorithm = "md5" if written is None else algorithm_named(written)
        if written is not None and written.lower() in ("sha2", "sha-2"):
            algorithm = _SIZES.get(len(digest), "sha256")
        if algorithm is None:
            fields.warn("checksumType", f"{shown(written or '')} is not known, so the checksum was not read")
            return None, None
        if not is_digest(digest, algorithm):
            fields.warn("checksum", f"{shown(digest)} is no {algorithm} digest: no file can have it")
        return algorithm, digest
