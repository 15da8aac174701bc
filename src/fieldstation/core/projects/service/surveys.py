"""Looking through a whole project: how much it holds, and what became of its managed files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.core.projects.model import Due, Mark, mark_of
from fieldstation.core.projects.service.files import Files, bytes_of
from fieldstation.core.projects.service.managed import ManagedFile, ManagedFiles
from fieldstation.db import Tx
from fieldstation.ports.volumes import Entry


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What was seen in a project: its bytes, what lies at the paths of managed files, and where their like lies."""

    size: int
    at: Mapping[str, Entry]
    like: Mapping[Mark, Sequence[str]]

    def astray(self, files: Sequence[ManagedFile]) -> Sequence[ManagedFile]:
        """Return those of the managed files that are not at their paths any more."""
        return [one for one in files if not one.stands(self.at.get(one.path))]


@dataclass(kw_only=True)
class _Seen:
    """Keeps of what goes by only what managed files may be."""

    paths: frozenset[str]
    marks: frozenset[Mark]
    at: dict[str, Entry] = field(default_factory=dict)
    like: dict[Mark, list[str]] = field(default_factory=dict)

    def passed(self, found: Iterator[tuple[str, Entry]]) -> Iterator[Entry]:
        for path, entry in found:
            mark = mark_of(entry)
            if path in self.paths:
                self.at[path] = entry
            elif mark is not None and mark in self.marks:
                self.like.setdefault(mark, []).append(path)
            yield entry


class Surveys:
    """Looks through projects: what programs, or somebody cut off, did there is seen and followed."""

    def __init__(self, files: Files, managed: ManagedFiles) -> None:
        self._files = files
        self._managed = managed

    def due(self, tx: Tx, seconds: float) -> tuple[Due, Sequence[ManagedFile]] | None:
        """Return a project that changed, or was not looked through for so long, and its managed files; or None."""
        due = self._files.due(tx, seconds)
        return None if due is None else (due, self._managed.came_into(tx, due.project))

    def look(self, project: str, files: Sequence[ManagedFile]) -> Survey:
        """Look at everything in a project."""
        marks = frozenset(one.mark for one in files if one.mark is not None)
        seen = _Seen(paths=frozenset(one.path for one in files), marks=marks)
        size = bytes_of(seen.passed(self._files.walk(project)))
        return Survey(size=size, at=seen.at, like=seen.like)

    def looked(self, tx: Tx, due: Due, files: Sequence[ManagedFile], survey: Survey) -> None:
        """Take note of what was seen, unless the project changed meanwhile.

        A managed file that is not at its path is followed to where its like lies now, if that is one place, and is
        managed no more where it is nowhere.
        """
        if not self._files.measured(tx, due, survey.size):
            return
        for file in survey.astray(files):
            like = () if file.mark is None else survey.like.get(file.mark, ())
            if len(like) == 1:
                self._managed.found_again(tx, file, like[0])
            else:
                self._managed.forget(tx, file)
