"""What a run was given in confidence is hidden in its logs, however they are cut into pieces."""

import random

from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.runs.model.veil import Veil
from fieldstation.ports.engine import LogChunk

SECRET = b"correct horse battery staple"
LONG = bytes(random.Random(5).choices(b"abcdefghijklmnopqrstuvwxyz0123456789", k=500))


class Log:
    """A log of which a middle may be gone."""

    def __init__(self, data: bytes, hole: tuple[int, int] = (0, 0)) -> None:
        self.data, self.hole = data, hole

    def __call__(self, offset: int, limit: int) -> LogChunk:
        start, end = self.hole
        first = end if start <= offset < end else offset
        if first < start:
            limit = min(limit, start - first)
        return LogChunk(offset=first, data=self.data[first : first + limit], skipped=first - offset)


def read_all(veil: Veil, log: Log, limit: int, *, over: bool = True) -> bytes:
    found, offset = b"", 0
    while (chunk := veil.read(log, offset, limit, over=over)).data:
        found += chunk.data
        offset = chunk.offset + len(chunk.data)
    return found


@given(
    st.lists(st.sampled_from([SECRET, LONG, b"plain ", b"\n", SECRET[:9], b"c"]), max_size=9),
    st.integers(min_value=1, max_value=90),
)
def test_it_is_hidden_wherever_a_piece_ends(parts: list[bytes], limit: int) -> None:
    text = b"".join(parts)
    shown = read_all(Veil([SECRET, LONG]), Log(text), limit)
    assert len(shown) == len(text)
    assert SECRET not in shown
    assert LONG[:64] not in shown
    assert shown.count(b"plain ") == text.count(b"plain ")


def test_lines_and_short_values() -> None:
    veil = Veil([b"-----BEGIN KEY-----\nabcdefghij\nxy\n", b"abc", b"four"])
    assert read_all(veil, Log(b"abcdefghij abc xy four"), 99) == b"********** abc xy ****"
    assert not Veil([b"abc", b""])


def test_while_it_grows_the_beginning_of_something_hidden_waits() -> None:
    veil = Veil([SECRET])
    assert read_all(veil, Log(b"the key: " + SECRET[:5]), 99, over=False) == b"the key: "
    assert read_all(veil, Log(b"the key: " + SECRET[:5]), 99) == b"the key: " + SECRET[:5]
    assert read_all(veil, Log(b"the key: " + SECRET), 11, over=False) == b"the key: " + b"*" * len(SECRET)


def test_nothing_is_joined_across_what_was_dropped() -> None:
    text = SECRET[:10] + b"?" * 20 + SECRET[10:] + SECRET
    shown = read_all(Veil([SECRET]), Log(text, (10, 30)), 7)
    assert shown == SECRET + b"*" * len(SECRET)
