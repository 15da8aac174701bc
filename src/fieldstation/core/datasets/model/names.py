"""Which names data sets and files may have, and why another is refused."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from fieldstation.kernel.errors import Invalid, Problem
from fieldstation.kernel.ids import is_id

NAME_LENGTH = 100
SEGMENT_BYTES = 255  # what every POSIX file system takes
PATH_BYTES = 1024
SHOWN_FAULTS = 100

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PLAIN = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,200}(?:/(?!\.)[A-Za-z0-9._-]{1,200}){0,3}")  # certainly without a fault


def name_fault(name: str) -> str | None:
    """Tell what is wrong with the name of a data set, or None."""
    if not name or len(name) > NAME_LENGTH:
        return f"must have 1 to {NAME_LENGTH} characters, not {len(name)}"
    if not _NAME.fullmatch(name):
        return "must consist of lower-case letters, digits, '.', '_' and '-', and begin with a letter or digit"
    if is_id(name, "dataset") or is_id(name, "version"):
        return "has the form of an id; choose a name that people can read"
    return None


def path_fault(path: str) -> str | None:
    """Tell what is wrong with the path of a file inside a version, or None."""
    if _PLAIN.fullmatch(path):
        return None
    try:
        length = len(path.encode())
    except UnicodeEncodeError:
        return "is not valid UTF-8"
    if not path:
        return "is empty; a file needs a name"
    if length > PATH_BYTES:
        return f"has {length} bytes; a path may have {PATH_BYTES}"
    if found := _CONTROL.search(path):
        return f"contains the control character U+{ord(found[0]):04X}"
    if "\\" in path:
        return "contains a backslash; folders are separated by '/'"
    return next(filter(None, map(_segment_fault, path.split("/"))), None)


def _segment_fault(segment: str) -> str | None:
    if not segment:
        return "begins or ends with '/', or has '//' inside; write a relative path such as 2021/may.csv"
    if segment in (".", ".."):
        return f"contains {segment!r}, which leaves or repeats a folder"
    if (length := len(segment.encode())) > SEGMENT_BYTES:
        return f"has a name of {len(segment)} characters ({length} bytes); a name may have {SEGMENT_BYTES} bytes"
    return None


def folded(path: str) -> str:
    """Return what two paths share that some file systems or readers take for one (NFC, letters without case)."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def check_paths(paths: Sequence[str]) -> None:
    """Raise Invalid, naming all faults, unless these paths can stand side by side in one version."""
    faults = [*_faults(paths), *_twins(paths)]
    if faults:
        hidden = len(faults) - SHOWN_FAULTS
        more = [Problem(where="/files", text=f"and {hidden} more faults of the same kinds")] if hidden > 0 else []
        raise Invalid(
            f"{len(faults)} file name{'s' if len(faults) > 1 else ''} cannot be kept",
            next_step="rename what `problems` lists and send the files again",
            reason="file_names",
            problems=[*faults[:SHOWN_FAULTS], *more],
        )


def _faults(paths: Iterable[str]) -> Iterator[Problem]:
    for place, path in enumerate(paths):
        if fault := path_fault(path):
            yield Problem(where=f"/files/{place}", text=f"{_shown(path)} {fault}")


def _twins(paths: Sequence[str]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place, path in enumerate(paths):
        key = folded(path)
        if key in seen:
            yield Problem(where=f"/files/{place}", text=_twin_text(path, seen[key]))
        seen.setdefault(key, path)
    if any("/" in path for path in seen):
        for key in sorted(seen):
            if owner := next((parent for parent in _parents(key) if parent in seen), None):
                text = f"{_shown(seen[key])} lies in {_shown(seen[owner])}, which is a file and cannot also be a folder"
                yield Problem(where="/files", text=text)


def _twin_text(path: str, first: str) -> str:
    if path == first:
        return f"{_shown(path)} is given twice"
    return f"{_shown(path)} and {_shown(first)} differ only in case or Unicode form; many systems cannot hold both"


def _parents(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        path = path[:end]
        yield path
        end = path.rfind("/")


def _shown(path: str) -> str:
    text = ascii(path)
    return text if len(text) <= 80 else f"{text[:50]}…{text[-20:]}"
