"""Sealed secrets open with the same key and purpose only."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.kernel.errors import Broken
from fieldstation.kernel.sealing import Sealer, load_or_make_key


@given(st.binary(max_size=200), st.text(st.characters(codec="utf-8"), max_size=20))
def test_what_is_sealed_opens(secret: bytes, purpose: str) -> None:
    sealer = Sealer(bytes(32))
    sealed = sealer.seal(secret, purpose)
    assert sealer.open(sealed, purpose) == secret
    assert len(secret) < 8 or secret not in sealed


@given(st.binary(max_size=50), st.integers(0, 10_000))
def test_changed_bytes_do_not_open(secret: bytes, place: int) -> None:
    sealer = Sealer(bytes(32))
    sealed = bytearray(sealer.seal(secret, "p"))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(Broken):
        sealer.open(bytes(sealed), "p")


def test_another_key_or_purpose_does_not_open() -> None:
    sealed = Sealer(bytes(32)).seal(b"secret", "p")
    with pytest.raises(Broken, match="does not open"):
        Sealer(b"1" * 32).open(sealed, "p")
    with pytest.raises(Broken, match="does not open"):
        Sealer(bytes(32)).open(sealed, "q")


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "station.key"
    key = load_or_make_key(path)
    assert load_or_make_key(path) == key
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_who_make_the_key_at_once_get_the_same_whole_one(tmp_path: Path) -> None:
    for turn in range(20):
        path, together = tmp_path / f"key-{turn}", Barrier(4)

        def make(path: Path = path, together: Barrier = together) -> bytes:
            together.wait()
            return load_or_make_key(path)

        with ThreadPoolExecutor(4) as pool:
            keys = {future.result() for future in [pool.submit(make) for _ in range(4)]}
        assert keys == {path.read_bytes()}
        assert len(path.read_bytes()) == 32
        path.unlink()
    assert not [*tmp_path.iterdir()]


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(Broken, match="5 bytes"):
        Sealer(b"short")
