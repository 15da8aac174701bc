"""What of a request to the doors of Squonk2 comes into a log."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.facades.squonk.redaction import HIDDEN, redacted, redacted_path

TOKEN = "fst_" + "0" * 32 + "_" + "x" * 43


@pytest.mark.parametrize(
    "name", ["callback_token", "token", "client_secret", "Password", "header", "params", "Authorization", "api_key"]
)
def test_what_is_called_a_secret_is_left_out(name: str) -> None:
    assert redacted({name: "s3cret"}) == {name: HIDDEN}


def test_what_looks_like_a_secret_is_left_out() -> None:
    assert redacted({"name": f"a {TOKEN} b"}) == {"name": f"a {HIDDEN} b"}
    assert redacted({"name": "eyJh.eyJi.c2ln"}) == {"name": HIDDEN}
    assert redacted_path("/instance/instance-1/token/abcdefghijklmnopqrstuv") == f"/instance/instance-1/token/{HIDDEN}"


def test_secrets_in_addresses_are_left_out() -> None:
    told = redacted({"callback_url": "https://me:s3cret@a.example/b?key=s3cret&x=s3cret"})
    assert told == {"callback_url": f"https://{HIDDEN}@a.example/b?key={HIDDEN}&x={HIDDEN}"}


def test_secrets_in_a_specification_are_left_out() -> None:
    specification = {"job": "nop", "variables": {"apiKey": "s3cret", "deep": [{"password": "s3cret"}], "n": 3}}
    told = json.loads(redacted({"specification": json.dumps(specification)})["specification"])
    assert told == {"job": "nop", "variables": {"apiKey": HIDDEN, "deep": [{"password": HIDDEN}], "n": 3}}
    assert redacted({"specification": '{"password": "s3cret"'}) == {"specification": HIDDEN}
    assert "s3cret" not in str(redacted({"specification": "[" * 50_000 + '"s3cret"'}))


@given(st.dictionaries(st.text(), st.text(max_size=3000), max_size=60))
def test_whatever_comes_is_kept_within_bounds(texts: dict[str, str]) -> None:
    told = redacted(texts)
    assert sum(map(len, told.values())) <= 4000
    assert "\x00" not in json.dumps(told, ensure_ascii=False)
    json.dumps(told, ensure_ascii=False).encode()


@given(st.text())
def test_paths_are_kept_within_bounds(path: str) -> None:
    assert len(redacted_path(path).encode()) <= 4000
