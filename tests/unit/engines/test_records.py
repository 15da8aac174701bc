"""What is written down about an attempt is read back as it was, and never trusted when it was cut short."""

from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.engines.local.identity import Identity
from fieldstation.engines.local.records import (
    Ending,
    Launch,
    Status,
    read_ending,
    read_launch,
    read_status,
    write_ending,
    write_launch,
)
from fieldstation.ports.engine import Breach, Limits, Phase, Usage

_WORDS = st.text(max_size=20)
_TIMES = st.datetimes(timezones=st.just(UTC))
_LAUNCHES = st.builds(
    Launch,
    recorder=st.builds(Identity, boot=_WORDS, pid=st.integers(1, 1 << 22), start=_WORDS),
    started_at=_TIMES,
    limits=st.builds(Limits, memory_bytes=st.integers(0, 1 << 50), cpu=st.floats(0.01, 512)),
    groups=st.lists(_WORDS).map(tuple),
)
_ENDINGS = st.builds(
    Ending,
    phase=st.sampled_from(Phase),
    exit_code=st.none() | st.integers(0, 255),
    canceled=st.booleans(),
    breaches=st.frozensets(st.sampled_from(Breach)),
    detail=_WORDS,
    usage=st.builds(Usage, cpu_seconds=st.none() | st.floats(0, 1e9), disk_bytes=st.none() | st.integers(0)),
    ended_at=_TIMES,
)
_BUBBLEWRAP = '{ "child-pid": 22280, "pid-namespace": 4026532181, "uts-namespace": 4026532179 }\n\n{ "exit-code": 7 }\n'


@settings(deadline=None)
@given(_LAUNCHES)
def test_launches(launch: Launch) -> None:
    assert read_launch(write_launch(launch)) == launch


@settings(deadline=None)
@given(_ENDINGS)
def test_endings(ending: Ending) -> None:
    assert read_ending(write_ending(ending)) == ending


def test_status_of_bubblewrap() -> None:
    assert read_status(_BUBBLEWRAP) == Status(child_pid=22280, pid_namespace=4026532181, exit_code=7)


def test_status_cut_short_anywhere_is_what_was_whole() -> None:
    for length in range(len(_BUBBLEWRAP) + 1):
        seen = read_status(_BUBBLEWRAP[:length])
        assert seen.child_pid in (None, 22280)
        assert seen.exit_code in (None, 7)
        assert seen.exit_code is None or seen.child_pid is not None


@settings(deadline=None)
@given(st.text())
def test_status_of_nonsense_is_no_evidence_of_success(text: str) -> None:
    assert read_status(text).exit_code is None
