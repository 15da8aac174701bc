"""Actions as messages of the Account Server: protocol buffers, written as one line of text or as JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format, text_format
from google.protobuf.struct_pb2 import Struct
from informaticsmatters.protobuf.accountserver.merchant_authority_request_response_message_pb2 import (
    MerchantAuthorityRequestResponseMessage,
)
from informaticsmatters.protobuf.accountserver.merchant_processing_charge_message_pb2 import (
    MerchantProcessingChargeMessage,
)
from informaticsmatters.protobuf.accountserver.merchant_storage_charge_message_pb2 import MerchantStorageChargeMessage

from fieldstation.core.accounting.model.products import ProductType
from fieldstation.core.accounting.service.merchants import ONLY
from fieldstation.core.actions.model import AUTHORITY, PROCESSING, STORAGE
from fieldstation.core.streams.model import Done, Form
from fieldstation.kernel.clock import wire_time

_KIND = "DATA_MANAGER"
_DATASET, _PROJECT = 1, 2
_GRANTED, _DENIED = 1, 2
_STOP = "\\174"  # how text format also writes the bar that parts of a frame are separated by


@dataclass(frozen=True, kw_only=True)
class Written:
    """An action under the name that this door has for it, and what it says; `name` is of messages only."""

    action: str
    name: str | None
    message: Any


def written(done: Done, merchant: str) -> Written:
    """Write an action; what the Account Server has no message for is written as a structure of its own."""
    writer = _WRITERS.get(done.kind)
    if writer is None:
        said = Struct()
        said.update({**done.body, "actor": done.actor})
        return Written(action=done.kind.upper().replace(".", "_"), name=None, message=said)
    message = writer(done, _common(done, merchant))
    name = type(message).__name__.removesuffix("Message")
    return Written(action=_ACTIONS[done.kind], name=f"accountserver.{name}", message=message)


def content(found: Written, form: Form) -> str:
    """Write what an action says."""
    if form is Form.JSON:
        return json.dumps(_dict(found.message))
    text: str = text_format.MessageToString(found.message, as_one_line=True, as_utf8=True)
    return text


def frame(done: Done, merchant: str, form: Form) -> str:
    """Write a message as one frame of a stream, with its ordinal and its time in milliseconds."""
    found, milliseconds = written(done, merchant), int(done.at.timestamp() * 1000)
    if form is Form.JSON:
        parts = {"message_type": found.name, "message_body": _dict(found.message)}
        return json.dumps({"ess_ordinal": done.ordinal, "ess_timestamp": milliseconds, **parts})
    text = content(found, form).replace("|", _STOP)
    return f"{found.name}|{text}|ordinal: {done.ordinal}|timestamp: {milliseconds}"


def _dict(message: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return found


def _common(done: Done, merchant: str) -> dict[str, Any]:
    return {
        "timestamp": wire_time(done.at),
        "merchant_kind": _KIND,
        "merchant_name": merchant,
        "merchant_id": ONLY,
        "user": done.body.get("username", done.actor),
        "product": done.product or "",
        "unit": done.unit or "",
        "organisation": done.organisation or "",
    }


def _processing(done: Done, common: Mapping[str, Any]) -> Any:
    body = done.body
    detail = {"instance_id": body["instance"], "cost": body["cost"], **body.get("detail", {})}
    return MerchantProcessingChargeMessage(
        **common,
        auth_code=body.get("code", 0),
        name=body["name"],
        coins=body["coins"],
        sqn=body["sqn"],
        eoc=body["final"],
        additional_data=json.dumps(detail),
    )


def _storage(done: Done, common: Mapping[str, Any]) -> Any:
    body = done.body
    return MerchantStorageChargeMessage(
        **common,
        reason=_DATASET if body.get("product_type") == ProductType.STORAGE else _PROJECT,
        name=body.get("product_name", ""),
        bytes=str(body["peak_bytes"]),
        additional_data=json.dumps({"date": body["day"], "coins": body["coins"]}),
    )


def _authority(done: Done, common: Mapping[str, Any]) -> Any:
    body = done.body
    return MerchantAuthorityRequestResponseMessage(
        **common,
        action_operation=body["operation"],
        action_value=body["value"],
        action_reference_name=body["name"],
        action_reference_id=body["id"],
        response=_GRANTED if body["granted"] else _DENIED,
        authorisation_code=body.get("code", 0),
        reason=body.get("reason", ""),
    )


_WRITERS: Mapping[str, Callable[[Done, Mapping[str, Any]], Any]] = {
    PROCESSING: _processing,
    STORAGE: _storage,
    AUTHORITY: _authority,
}
_ACTIONS = {
    PROCESSING: "MERCHANT_PROCESSING_CHARGE",
    STORAGE: "MERCHANT_STORAGE_CHARGE",
    AUTHORITY: "MERCHANT_AUTHORITY_REQUEST_RESPONSE",
}
