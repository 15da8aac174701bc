"""Keeping what a run left in its output folder: which files its tool wants, and what cannot be kept."""

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fieldstation.core.datasets.model import FileEntry
from fieldstation.core.runs.model.globs import matches
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.tools.model.definition import Output
from fieldstation.ports.storage import BlobStore, NotRegular, StoreFull
from fieldstation.workers.outputs import Found, opened, walk

MOST_FILES = 1_000_000
_SHOWN = 200  # characters of a path; it may have thousands


class OutputsRefused(Exception):
    """The outputs are not such as can be published."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


def keep_outputs(store: BlobStore, root: Path, rules: Mapping[str, Output]) -> Sequence[FileEntry]:
    """Copy into the store every file below `root` that a rule wants, all of them where there are no rules.

    Raises OutputsRefused, naming the file or the rule. A file that no rule wants is not looked at.
    """
    wanted = list(_wanted(root, rules))
    met = {name for _, names in wanted for name in names}
    for name, rule in rules.items():
        if rule.required and name not in met:
            raise OutputsRefused(Reason.OUTPUT_MISSING, f"{name}: no file matches {rule.glob!r}")
    return [_kept(store, root, found, [rules[name] for name in names]) for found, names in wanted]


def _wanted(root: Path, rules: Mapping[str, Output]) -> Iterator[tuple[Found, Sequence[str]]]:
    """Yield each file that is wanted with the names of the rules that want it."""
    count = 0
    for found in _walked(root):
        names = [name for name, rule in rules.items() if matches(rule.glob, found.path)]
        if rules and not names:
            continue
        if found.refused:
            raise OutputsRefused(Reason.OUTPUT_REFUSED, f"{_shown(found.path)} is {found.refused}")
        count += 1
        if count > MOST_FILES:
            raise OutputsRefused(Reason.OUTPUT_REFUSED, f"more than {MOST_FILES} files do not go into one version")
        yield found, names


def _walked(root: Path) -> Iterator[Found]:
    try:
        yield from walk(root)
    except FileNotFoundError:
        raise OutputsRefused(Reason.OUTPUT_REFUSED, "its output folder is gone") from None


def _kept(store: BlobStore, root: Path, found: Found, rules: Sequence[Output]) -> FileEntry:
    try:
        with opened(root, found.path) as descriptor:
            (stored,) = store.put_descriptors([descriptor])
    except StoreFull as error:
        raise OutputsRefused(Reason.STATION_FULL, str(error)) from error
    except (NotRegular, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise OutputsRefused(Reason.OUTPUT_REFUSED, f"{_shown(found.path)} cannot be read: {why}") from error
    said = next((rule.media_type for rule in rules if rule.media_type), None)
    media_type = said or mimetypes.guess_type(found.path)[0]
    return FileEntry(path=found.path, size=stored.size, sha256=stored.sha256, media_type=media_type)


def _shown(path: str) -> str:
    text = repr(path)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 50]}…{text[-49:]}"
