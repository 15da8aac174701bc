"""Replies to notices of arrival, valid for whoever checks them by the published schema."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fieldstation.core.recognition.model.notices import (
    CHECKSUM_TYPES,
    FILE_TYPES,
    PROCESSING,
    VERSIONS,
    Notice,
    NoticeFile,
    Sent,
)
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.clock import wire_time

_WITH_PRODUCT = VERSIONS[VERSIONS.index("1.5.1") :]  # before it a reply had no place for the product
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a product: taken in (with what a catalogue knows it by), or not (`code` of CNM, and why)."""

    code: str | None = None
    message: str | None = None
    catalog_id: str | None = None
    catalog_url: str | None = None


def reply(notice: Notice, outcome: Outcome, *, received: datetime, completed: datetime) -> Mapping[str, Json]:
    """Return the reply to a notice: what identifies it is the sender's own, the times are ours.

    An outcome with a code is a failure, any other a success. The product is told again from version 1.5.1 on, where
    every word of it is one of the schema's.
    """
    document: dict[str, Json] = {"version": notice.version}
    document |= {key: told for key, told in (("provider", notice.provider), ("trace", notice.trace)) if told}
    document["collection"] = _collection(notice)
    document["identifier"] = notice.identifier
    document["submissionTime"] = _as_sent(notice)
    document["receivedTime"] = wire_time(received)
    document["processCompleteTime"] = wire_time(completed)
    if notice.version in _WITH_PRODUCT and notice.sent is not None and (product := _product(notice.sent)) is not None:
        document["product"] = product
    return {**document, "response": _response(outcome)}


def _collection(notice: Notice) -> Json:
    if notice.collection_version is None:
        return notice.collection
    return {"name": notice.collection, "version": notice.collection_version}


def _as_sent(notice: Notice) -> str:
    """Return the time as its sender wrote it, if that is a time by the schema; else the same one written so."""
    written = notice.document.get("submissionTime")
    return written if isinstance(written, str) and _RFC_3339.fullmatch(written) else wire_time(notice.submitted)


def _response(outcome: Outcome) -> Json:
    if outcome.code is not None:
        message: Mapping[str, Json] = {} if outcome.message is None else {"errorMessage": outcome.message}
        return {"status": "FAILURE", "errorCode": outcome.code, **message}
    known = (("catalogId", outcome.catalog_id), ("catalogUrl", outcome.catalog_url))
    told: Mapping[str, Json] = {key: value for key, value in known if value is not None}
    return {"status": "SUCCESS", **({"ingestionMetadata": told} if told else {})}


def _product(sent: Sent) -> Json:
    """Return the product, or None where a word of it is not in the schema."""
    if any(one.type not in FILE_TYPES for one in sent.files) or sent.processing not in (None, *PROCESSING):
        return None
    document: dict[str, Json] = {"name": sent.name}
    document |= {"dataVersion": sent.version} if sent.version else {}
    document |= {"dataProcessingType": sent.processing} if sent.processing else {}
    groups = dict.fromkeys(one.group for one in sent.files if one.group is not None)
    if not groups:
        return {**document, "files": [_file(one) for one in sent.files]}
    told = [{"id": id_, "files": [_file(one) for one in sent.files if one.group == id_]} for id_ in groups]
    return {**document, "filegroups": told}


def _file(one: NoticeFile) -> Json:
    document: dict[str, Json] = {"type": one.type, "uri": one.uri, "name": one.name, "size": one.size}
    document |= {"subtype": one.subtype} if one.subtype else {}
    if one.digest is not None and one.algorithm in CHECKSUM_TYPES:
        document |= {"checksumType": CHECKSUM_TYPES[one.algorithm], "checksum": one.digest}
    return document
