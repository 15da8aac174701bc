"""Actions as messages of the Account Server."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from google.protobuf import json_format, text_format
from informaticsmatters.protobuf.accountserver.merchant_storage_charge_message_pb2 import MerchantStorageChargeMessage

from fieldstation.core.actions.model import STORAGE
from fieldstation.core.streams.model import Done, Form
from fieldstation.facades.squonk.account_server.messages import frame

DAY = Done(
    id=7,
    at=datetime(2026, 11, 22, 13, 30, 0, 123999, UTC),
    kind=STORAGE,
    actor="station",
    organisation="org-1",
    unit="unit-1",
    product="product-1",
    body={
        "day": "2026-11-21",
        "peak_bytes": 5 << 30,
        "coins": "5",
        "product_type": "storage",
        "product_name": "bars | and\nlines",
    },
    place=9,
    ordinal=4,
)


@pytest.mark.parametrize(("type_of", "reason"), [("storage", 1), ("project_tier", 2)])
def test_a_day_of_storage_in_both_forms(type_of: str, reason: int) -> None:
    day = replace(DAY, body={**DAY.body, "product_type": type_of})
    read = json.loads(frame(day, "moor", Form.JSON))
    in_json = json_format.ParseDict(read["message_body"], MerchantStorageChargeMessage())
    name, text, ordinal, stamp = frame(day, "moor", Form.PROTOCOL).split("|")
    assert text_format.Parse(text, MerchantStorageChargeMessage()) == in_json
    assert (name, ordinal, stamp) == ("accountserver.MerchantStorageCharge", "ordinal: 4", "timestamp: 1795354200123")
    assert (read["message_type"], read["ess_ordinal"], read["ess_timestamp"]) == (name, 4, 1795354200123)
    assert (in_json.name, in_json.bytes, in_json.reason) == ("bars | and\nlines", str(5 << 30), reason)
    assert in_json.merchant_name == "moor"
    assert json.loads(in_json.additional_data) == {"date": "2026-11-21", "coins": "5"}
