"""Every reason means something to a person."""

import pytest

from fieldstation.core.runs.model.reasons import MEANINGS, Reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_happened_and_what_to_do(reason: Reason) -> None:
    meaning = MEANINGS[reason]
    assert meaning.text == meaning.text.strip()
    assert not meaning.text.endswith(".")
    assert len(meaning.next_step) > 5


def test_no_two_reasons_say_the_same() -> None:
    assert len({meaning.text for meaning in MEANINGS.values()}) == len(Reason)


def test_nothing_else_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Reason)
