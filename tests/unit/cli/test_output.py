import json
from datetime import UTC, datetime, timedelta

import pytest

from fieldstation.cli.output import ago, details, document, lasting, printable, size, table
from fieldstation.client.things import FileEntry, Token


def test_tables_are_aligned_and_lean_as_told() -> None:
    shown = table(["name", ">size", "about"], [["a", "1 B", "x"], ["longer", "10.0 KiB", ""]])
    assert shown.splitlines() == [
        "NAME        SIZE  ABOUT",
        "a            1 B  x",
        "longer  10.0 KiB",
    ]


def test_details_leave_out_what_is_absent() -> None:
    assert details([("a", "1"), ("long", "2\n3"), ("none", None), ("empty", "")]) == "a     1\nlong  2\n      3"


def test_texts_of_others_cannot_steer_a_terminal() -> None:
    assert printable("a\x1b[2Jb\n\tö\x07") == "a�[2Jb\n\tö�"
    assert "\x1b" not in table(["x"], [["\x1b[31m"]]) + details([("x", "\x1b[31m")])


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KiB"), (1 << 20, "1.0 MiB"), (5 << 40, "5.0 TiB"), (None, "0 B")],
)
def test_sizes(count: int | None, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (42, "42 s"), (99.6, "100 s"), (180, "3 min"), (5400, "2 h"), (86_400 * 12, "12 d")],
)
def test_durations(seconds: float, text: str) -> None:
    assert lasting(seconds) == text


def test_times_are_told_from_now() -> None:
    now = datetime.now(UTC)
    assert ago(now - timedelta(minutes=3, seconds=1)) == "3 min ago"
    assert ago(now + timedelta(days=29, hours=23)) == "in 30 d"
    assert ago(None) == ""


def test_documents_are_as_on_the_wire() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    token = Token(id="t", name="n", created=moment, expires=moment, scopes=("a",))
    assert json.loads(json.dumps(document({"items": [token, FileEntry(path="p", size=1, sha256="0")]}))) == {
        "items": [
            {
                "id": "t",
                "name": "n",
                "created": "2026-01-02T03:04:05.000000Z",
                "expires": "2026-01-02T03:04:05.000000Z",
                "scopes": ["a"],
            },
            {"path": "p", "size": 1, "sha256": "0"},
        ]
    }
