"""tar read as it arrives: ustar, GNU and pax (POSIX.1-2001), regular files and hard links to them."""

from collections.abc import Callable, Sequence
from typing import Protocol
from zlib import adler32

from fieldstation.facades.kit.forms import Taker
from fieldstation.facades.kit.moving import truncated
from fieldstation.kernel.errors import Invalid

_BLOCK = 512
_END = b"\0" * _BLOCK
_SMALL = 256 << 10  # bytes of a file that is handed over whole
_LONG_BYTES = 64 << 10  # of a name in an extended header
_ADLER_BASE = 65521  # the lower half of Adler-32 is one more than the sum of all bytes modulo this (RFC 1950): quick
_BLANK = 8 * 0x20 - 1  # a header's sum is taken with blanks in its own place
_FILES = b"0\0" + b"7"
_KINDS = {b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a FIFO", b"S": "a sparse file"}


class Members(Protocol):
    """Who takes the members of an archive."""

    def open(self, path: str) -> Taker:
        """Return the taker of one regular file."""

    def whole(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Take some small regular files, each with its path."""

    def link(self, path: str, target: str) -> None:
        """Take note that `path` has the bytes of `target`, which came before."""

    def refuse(self, path: str, kind: str) -> None:
        """Take note of a member that is no file, such as `a symbolic link`."""


class Tar:
    """Reads one archive. Call `feed` with its bytes in order, then `close`; from one thread at a time."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._rest = b""
        self._state: Callable[[bytes, int], int] = self._header
        self._taker: Taker | None = None
        self._left = 0  # bytes of the present member's data
        self._padding = 0
        self._extended = bytearray()
        self._kind = b""
        self._path: str | None = None  # from an extended header, for the next member
        self._link: str | None = None
        self._size: int | None = None
        self._ended = False
        self._small: list[tuple[str, bytes]] = []  # came since the last call of `members`

    def feed(self, data: bytes) -> None:
        """Read the next bytes; raises Invalid when they are not an archive, and what takers raise."""
        if self._rest:
            data = self._rest + data
        place = 0
        while not self._ended:
            state = self._state
            used = state(data, place)
            place += used
            if not used and self._state == state:
                break
        self._hand_over()
        self._rest = b"" if self._ended else data[place:]

    def close(self) -> None:
        """Take note of the end of the request; raises Invalid (`truncated`) when the archive has not ended."""
        if not self._ended:
            raise truncated("the end mark of the archive is missing")

    def _header(self, data: bytes, place: int) -> int:
        head = data[place : place + _BLOCK]
        if len(head) < _BLOCK:
            return 0
        if head == _END:
            self._ended = True
            return _BLOCK
        written = head[148:156]
        if ((adler32(head) & 0xFFFF) - sum(written) + _BLANK - _number(written)) % _ADLER_BASE:
            raise _malformed("a header has a wrong checksum")
        if head[156:157] == b"0" and self._path is None and self._size is None:
            taken = self._whole(head, data, place + _BLOCK)
            if taken:
                return _BLOCK + taken
        self._begin(head)
        return _BLOCK

    def _whole(self, head: bytes, data: bytes, place: int) -> int:
        """Hand over a small file that is all here; return its bytes and padding, 0 when it is not."""
        size = _number(head[124:136])
        taken = size + -size % _BLOCK
        if not 0 < size <= _SMALL or place + taken > len(data):
            return 0
        self._small.append((_path(head).removeprefix("./"), data[place : place + size]))
        return taken

    def _hand_over(self) -> None:
        if self._small:
            small, self._small = self._small, []
            self._members.whole(small)

    def _begin(self, head: bytes) -> None:
        kind = head[156:157]
        size = _number(head[124:136])
        if kind in b"xgLK" and kind:
            if size > _LONG_BYTES:
                raise _malformed("an extended header is too long")
            self._kind = kind
            self._extended.clear()
            self._expect(size, self._extended_data)
            return
        path, link = self._path or _path(head), self._link or _name(head[157:257])
        size = size if self._size is None else self._size
        self._path = self._link = self._size = None
        self._open(kind, path.removeprefix("./"), link.removeprefix("./"), size)

    def _open(self, kind: bytes, path: str, link: str, size: int) -> None:
        self._hand_over()
        if kind in _FILES and not path.endswith("/"):
            self._taker = self._members.open(path)
            self._expect(size, self._file_data)
            return
        if kind == b"1":
            self._members.link(path, link)
            size = 0
        elif kind != b"5" and not path.endswith("/"):
            self._members.refuse(path, _KINDS.get(kind, f"of the kind {kind!r}"))
        self._expect(size, self._skipped_data)

    def _expect(self, size: int, state: Callable[[bytes, int], int]) -> None:
        self._left = size
        self._padding = -size % _BLOCK
        self._state = state

    def _file_data(self, data: bytes, place: int) -> int:
        assert self._taker is not None
        piece = data[place : place + self._left]
        if piece:
            self._taker.write(piece)
            self._left -= len(piece)
        if self._left == 0:
            self._taker.close()
            self._taker = None
            self._state = self._pad
        return len(piece)

    def _extended_data(self, data: bytes, place: int) -> int:
        piece = data[place : place + self._left]
        self._extended += piece
        self._left -= len(piece)
        if self._left == 0:
            self._extend(self._kind, bytes(self._extended))
            self._state = self._pad
        return len(piece)

    def _skipped_data(self, data: bytes, place: int) -> int:
        skipped = min(self._left, len(data) - place)
        self._left -= skipped
        if self._left == 0:
            self._state = self._pad
        return skipped

    def _pad(self, data: bytes, place: int) -> int:
        skipped = min(self._padding, len(data) - place)
        self._padding -= skipped
        if self._padding == 0:
            self._state = self._header
        return skipped

    def _extend(self, kind: bytes, text: bytes) -> None:
        if kind == b"L":
            self._path = _name(text)
        elif kind == b"K":
            self._link = _name(text)
        elif kind == b"x":
            records = _records(text)
            self._path = records.get("path", self._path)
            self._link = records.get("linkpath", self._link)
            if "size" in records:
                self._size = _size(records["size"])


def _records(text: bytes) -> dict[str, str]:
    records = {}
    while text:
        length = text.partition(b" ")[0]
        if not length.isdigit() or len(length) > 6 or not 0 < int(length) <= len(text):
            raise _malformed("an extended header cannot be read")
        record = text[len(length) + 1 : int(length)]
        key, _, value = record.rstrip(b"\n").partition(b"=")
        records[_text(key)] = _text(value)
        text = text[int(length) :]
    return records


def _path(head: bytes) -> str:
    name = _name(head[0:100])
    if head[257:262] == b"ustar" and head[263:265] == b"00" and head[345]:
        return f"{_name(head[345:500])}/{name}"
    return name


def _name(field: bytes) -> str:
    return _text(field.partition(b"\0")[0])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    try:
        return int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise _malformed("a header has a number that is none") from None


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise _malformed("a size is not a number")
    return int(text)


def _malformed(fault: str) -> Invalid:
    return Invalid(f"this is not a tar archive: {fault}", next_step="make it with tar, not compressed", reason="tar")
