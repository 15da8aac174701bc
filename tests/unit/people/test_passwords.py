"""Passwords: their bounds and their hashes."""

import pytest

from fieldstation.core.people.service.passwords import MAX_LENGTH, MIN_LENGTH, hash_password, verify_password
from fieldstation.kernel.errors import Invalid


def test_a_hash_opens_with_its_password_only() -> None:
    stored = hash_password("correct horse")
    assert "correct" not in stored
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "correct horse")
    assert not verify_password(stored, "correct horsf")
    assert hash_password("correct horse") != stored


@pytest.mark.parametrize("password", ["", "x" * (MIN_LENGTH - 1), "x" * (MAX_LENGTH + 1)])
def test_a_password_too_short_or_too_long_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        hash_password(password)
    assert "xx" not in str(refusal.value)


def test_nobody_and_the_unreadable_have_no_password() -> None:
    assert not verify_password(None, "the password of a user who does not exist")
    assert not verify_password("not a hash", "whatever it is")
    assert not verify_password(hash_password("x" * MAX_LENGTH), "x" * (MAX_LENGTH + 1))
