"""Definitions of applications, and what they come to cost."""

from decimal import Decimal

import pytest

from fieldstation.core.tools.model.apps import Cost, units_of
from fieldstation.core.tools.model.check import check

SOUND = """
kind: App
name: clocks.example.org
version: 1.0.0
description: Shows the time
image: "host:"
command: [clock, "{{ port }}"]
listens: {port: 8888}
"""


def faults(text: str) -> list[str]:
    return [problem.text for problem in check(text).faults]


def test_one_that_is_sound_has_no_limit_and_costs_nothing() -> None:
    definition = check(SOUND).definition
    assert definition is not None
    assert definition.app is not None
    assert definition.app.cost.of(Decimal(2), 3600.0) == 0
    assert definition.limits.hard_seconds > 50 * 365 * 86_400


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: App", "kind: Application", "must be Tool, or App"),
        ("clocks.example.org", "clocks", "is PLURAL.GROUP"),
        ("listens: {port: 8888}", "", "listens is missing"),
        ("8888", "80", "must be between 1024 and 65535"),
        ("{{ port }}", "{{ socket }}", "there is no {{ socket }}"),
        ("listens: {port: 8888}", "listens: {}", "there is no {{ port }}"),
        ("{{ port }}", "{{ outputs }}", "what it writes goes into the project"),
        ("listens:", "inputs: {table: {}}\nlistens:", "it has no inputs"),
        ("listens:", "cost: {coins: 1, period: week}\nlistens:", "must be one of minute, hour, day"),
        ("listens:", "cost: {period: day}\nlistens:", "coins is missing"),
        ("kind: App", "kind: Tool", "is not known here"),
    ],
)
def test_what_an_application_cannot_be_is_said(old: str, new: str, said: str) -> None:
    assert any(said in text for text in faults(SOUND.replace(old, new)))


def test_a_tool_has_no_door() -> None:
    text = SOUND.replace("kind: App", "kind: Tool").replace("listens: {port: 8888}", "")
    assert faults(text) == ["{{ port }} is there for an application alone (kind: App)"]


@pytest.mark.parametrize(
    ("seconds", "begun", "rated"),
    [(0.0, "3", "0"), (1800.0, "3", "1.5"), (3599.9, "3", None), (3600.0, "6", "3"), (9000.0, "9", "7.5")],
)
def test_a_period_begun_counts_whole_unless_it_is_pro_rata(seconds: float, begun: str, rated: str | None) -> None:
    units = units_of(1.5, 1 << 30)
    assert Cost(coins=Decimal(2)).of(units, seconds) == Decimal(begun)
    if rated is not None:
        assert Cost(coins=Decimal(2), pro_rata=True).of(units, seconds) == Decimal(rated)
