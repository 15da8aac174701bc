"""Rules of privacy, and how coins are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.accounting.model.products import TIERS, Flavour, Tariff, coins, read_tiers, settled_privacy
from fieldstation.core.people.model import Privacy
from fieldstation.kernel.errors import Invalid

PRIVATE, PUBLIC = True, False


@pytest.mark.parametrize(
    ("rule", "wanted", "settled"),
    [
        (Privacy.DEFAULT_PRIVATE, None, PRIVATE),
        (Privacy.DEFAULT_PRIVATE, PUBLIC, PUBLIC),
        (Privacy.DEFAULT_PUBLIC, None, PUBLIC),
        (Privacy.DEFAULT_PUBLIC, PRIVATE, PRIVATE),
        (Privacy.ALWAYS_PRIVATE, None, PRIVATE),
        (Privacy.ALWAYS_PRIVATE, PRIVATE, PRIVATE),
        (Privacy.ALWAYS_PUBLIC, None, PUBLIC),
        (Privacy.ALWAYS_PUBLIC, PUBLIC, PUBLIC),
    ],
)
def test_a_rule_settles_what_nobody_said(rule: Privacy, wanted: bool | None, settled: bool) -> None:
    assert settled_privacy(rule, Flavour.GOLD, wanted) is settled


@pytest.mark.parametrize(("rule", "wanted"), [(Privacy.ALWAYS_PRIVATE, PUBLIC), (Privacy.ALWAYS_PUBLIC, PRIVATE)])
def test_a_fixed_rule_leaves_no_choice(rule: Privacy, wanted: bool) -> None:
    with pytest.raises(Invalid) as refused:
        settled_privacy(rule, Flavour.GOLD, wanted)
    assert refused.value.reason == "privacy"


def test_an_evaluation_is_never_private() -> None:
    for rule in Privacy:
        assert settled_privacy(rule, Flavour.EVALUATION, None) is PUBLIC
        with pytest.raises(Invalid):
            settled_privacy(rule, Flavour.EVALUATION, PRIVATE)


def test_an_organisation_leaves_the_units_that_do_not_contradict_it() -> None:
    for rule in Privacy:
        left = {other for other in Privacy if rule.leaves(other)}
        assert left == ({rule} if rule.fixed else set(Privacy))


def test_every_flavour_has_terms() -> None:
    tiers = Tariff().tiers
    assert set(tiers) == set(Flavour)
    assert all(0 < terms.allowance <= terms.limit for terms in tiers.values())


@given(st.decimals(min_value=0, max_value=10**15, places=6))
def test_coins_are_written_exactly_and_without_needless_zeros(amount: Decimal) -> None:
    written = coins(amount)
    assert Decimal(written) == amount
    assert "E" not in written
    assert not ("." in written and written.endswith("0"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is not FLAVOUR"),
        ("bronze=1/2", "says nothing of"),
        (TIERS.replace("100/100", "100/99"), "below its allowance"),
        (TIERS + ", platinum=1/2", "is not FLAVOUR"),
        (TIERS.replace("1000", "-1"), "is not FLAVOUR"),
        (TIERS.replace("1000", "1.5"), "is not FLAVOUR"),
    ],
)
def test_a_setting_of_tiers_that_is_wrong_says_so(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_tiers(text)
