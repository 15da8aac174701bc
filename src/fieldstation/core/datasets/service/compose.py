"""Putting versions together from uploads and files of other versions, with all faults found at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fieldstation.core.datasets.model import FileEntry, NewVersion, Piece, Recipe, Source, Upload, Version
from fieldstation.core.datasets.model import worth_keeping as worth
from fieldstation.core.datasets.model.names import SHOWN_FAULTS
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.store import uploads, versions
from fieldstation.core.people.model import Caller, Permission
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Problem

_MAX_VERSIONS = 50  # that one recipe may take files from


@dataclass(frozen=True, kw_only=True)
class Base:
    """What a version starts from."""

    files: Mapping[str, FileEntry]
    sources: Mapping[str, Source]


class Composer:
    """Reads everything that one recipe names, in a fixed number of statements for each version it takes from."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets

    def compose(self, tx: Tx, caller: Caller, dataset_id: str, recipe: Recipe) -> NewVersion:
        """Return the version that `recipe` describes; raises Invalid, naming all faults, or NotFound (the base)."""
        base = self._base(tx, caller, dataset_id, recipe)
        known = uploads.by_ids(tx, caller.user_id, [piece.upload for piece in recipe.pieces if piece.upload])
        taken, problems = self._taken(tx, caller, recipe.pieces)
        added = []
        for place, piece in enumerate(recipe.pieces):
            found = _uploaded(piece, known) if piece.upload else taken.get((piece.from_version, piece.from_path))
            if isinstance(found, FileEntry):
                found = _as_wanted(found, piece)
            if isinstance(found, FileEntry):
                added.append(found)
            elif found is not None:
                problems.append(Problem(where=f"/files/{place}", text=found))
        if problems:
            raise Invalid(
                f"{len(problems)} files cannot be taken",
                next_step="mend what `problems` lists",
                reason="pieces",
                problems=problems[:SHOWN_FAULTS],
            )
        return _new(dataset_id, caller, recipe, base, added)

    def _base(self, tx: Tx, caller: Caller, dataset_id: str, recipe: Recipe) -> Base:
        if recipe.base is None:
            return Base(files={}, sources={})
        version = self._datasets.version(tx, caller, dataset_id, recipe.base)
        gone = set(recipe.without)
        folders = tuple(path for path in gone if path.endswith("/"))
        kept = {
            file.path: file
            for file in versions.all_files(tx, version.id)
            if file.path not in gone and not (folders and file.path.startswith(folders))
        }
        sources = versions.all_sources(tx, version.id) if version.in_place else {}
        return Base(files=kept, sources={path: source for path, source in sources.items() if path in kept})

    def _taken(
        self, tx: Tx, caller: Caller, pieces: Sequence[Piece]
    ) -> tuple[dict[tuple[str | None, str | None], FileEntry | str], list[Problem]]:
        wanted: dict[str, list[str]] = {}
        for piece in pieces:
            if piece.from_version is not None and piece.from_path is not None:
                wanted.setdefault(piece.from_version, []).append(piece.from_path)
        if len(wanted) > _MAX_VERSIONS:
            raise Invalid(
                f"the files come from {len(wanted)} versions; {_MAX_VERSIONS} are allowed",
                next_step="add the others in a next version, with this one as `base`",
            )
        found: dict[tuple[str | None, str | None], FileEntry | str] = {}
        problems = []
        for reference, paths in wanted.items():
            try:
                version = self._resolved(tx, caller, reference)
            except (NotFound, Forbidden, Conflict, Invalid) as error:
                problems.append(Problem(where="/files", text=f"{reference[:200]}: {error.text}"))
                continue
            there = versions.files_at(tx, version.id, paths)
            for path in paths:
                missing = f"{reference} has no file {path[:200]!r}"
                found[reference, path] = there.get(path, missing)
        return found, problems

    def _resolved(self, tx: Tx, caller: Caller, reference: str) -> Version:
        version = self._datasets.resolve(tx, caller, reference, Permission.DATASET_READ)
        found = versions.by_id(tx, version.version_id)
        assert found is not None
        if found.in_place:
            raise Conflict(
                "its files lie in place and are not in the store", next_step="register them from where they lie"
            )
        return found


def _uploaded(piece: Piece, known: Mapping[str, Upload]) -> FileEntry | str:
    upload = known.get(piece.upload or "")
    if upload is None:
        return f"there is no upload {piece.upload!a} of yours, or it expired"
    if upload.sha256 is None:
        return f"the upload {upload.id} is not complete; HEAD of it tells how far it came"
    return FileEntry(path=piece.path, size=upload.size, sha256=upload.sha256)


def _as_wanted(found: FileEntry, piece: Piece) -> FileEntry | str:
    if piece.sha256 and piece.sha256 != found.sha256:
        return f"{piece.path}: has SHA-256 {found.sha256} here, {piece.sha256} was announced"
    return replace(found, path=piece.path, media_type=worth(piece.path, piece.media_type or found.media_type))


def _new(dataset_id: str, caller: Caller, recipe: Recipe, base: Base, added: Sequence[FileEntry]) -> NewVersion:
    fresh = [*added, *(entry for entry, _ in recipe.placed)]
    replaced = {file.path for file in fresh}
    kept = [file for path, file in base.files.items() if path not in replaced]
    sources = [source for path, source in base.sources.items() if path not in replaced]
    placed = [*sources, *(source for _, source in recipe.placed)]
    if placed and len(placed) != len(kept) + len(fresh):
        raise Invalid(
            "some files of this version would lie in place and others in the store",
            next_step="make two data sets of them",
            reason="mixed_places",
        )
    carried = sum(file.size for file in kept if file.path not in base.sources)
    return NewVersion(
        dataset_id=dataset_id,
        files=[*kept, *fresh],
        metadata=recipe.metadata,
        author_id=caller.user_id,
        sources=placed,
        carried=carried,
    )
