"""Making an attempt ready: its inputs as read-only mounts of what the store has, its command as a list."""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from fieldstation.core.datasets.model import Source
from fieldstation.core.datasets.service import Contents, Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import Claim, Run, RunInput
from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.render import OUTPUTS_FOLDER, TOOL_FOLDER, Folders, render
from fieldstation.core.tools.service import Tools
from fieldstation.db import Database
from fieldstation.kernel.errors import Conflict
from fieldstation.ports.engine import Engine, Mount, RunSpec
from fieldstation.ports.storage import BlobStore, TreeEntry
from fieldstation.workers.staged import CannotStage, limits_of
from fieldstation.workers.staging_in_projects import ProjectStaging

_MOST_IN_PLACE = 1000  # files of one input, each a mount of its own
LINUX = sys.platform == "linux"


@dataclass(frozen=True, kw_only=True)
class Data:
    """What staging asks about data."""

    datasets: Datasets
    use: DataUse
    contents: Contents


class Staging:
    """Prepares attempts. No bytes are copied where the store and the run share a file system."""

    def __init__(
        self, database: Database, data: Data, tools: Tools, store: BlobStore, in_projects: ProjectStaging
    ) -> None:
        self._pinned = in_projects.pinned
        self._database = database
        self._in_projects = in_projects
        self._datasets = data.datasets
        self._use = data.use
        self._contents = data.contents
        self._tools = tools
        self._store = store
        self.definition = lru_cache(maxsize=512)(self._read_definition)
        self._tool_folder = lru_cache(maxsize=512)(self._make_tool_folder)

    def prepare(self, claim: Claim, engine: Engine) -> RunSpec:
        """Return what the engine needs to start this attempt. Raises CannotStage."""
        run = claim.run
        if run.output_dataset_id is None:
            return self._in_projects.prepare(claim, self._tool_folder)
        definition = self.definition(run.revision)
        mounts = self._input_mounts(run)
        if definition.files:
            mounts.append(Mount(source=self._tool_folder(run.revision), target=TOOL_FOLDER))
        locate = partial(engine.locate, claim.attempt_id)
        paths: dict[str, list[str]] = defaultdict(list)
        for item in run.inputs:
            paths[item.slot].append(locate(item.target))
        folders = Folders(outputs=locate(OUTPUTS_FOLDER), tool=locate(TOOL_FOLDER))
        return RunSpec(
            attempt_id=claim.attempt_id,
            image=run.image or definition.image,
            argv=render(definition, run.parameters, paths, folders),
            environment={**self._pinned.environment(run), **definition.environment, "FIELDSTATION_RUN": run.id},
            mounts=mounts,
            limits=limits_of(run),
            uid=claim.uid,
            gid=claim.uid,
            network=definition.network,
        )

    def _input_mounts(self, run: Run) -> list[Mount]:
        if not run.inputs:
            return []
        versions = sorted({item.version_id for item in run.inputs})
        with self._database.begin() as tx:
            gone = self._use.gone(tx, versions)
            in_place = self._use.in_place(tx, versions)
        if gone:
            names = ", ".join(sorted({f"{i.dataset_id}@{i.number}" for i in run.inputs if i.version_id in gone}))
            raise CannotStage(Reason.INPUT_UNREADABLE, names)
        mounts: list[Mount] = []
        for item in run.inputs:
            if item.version_id in in_place:
                mounts += self._mounts_in_place(item)
            else:
                mounts.append(Mount(source=self._source(item), target=item.target))
        return mounts

    def _mounts_in_place(self, item: RunInput) -> list[Mount]:
        """Mount each file where it lies, having compared it with what was registered."""
        with self._database.begin() as tx:
            placed = self._use.placed(tx, item.version_id, item.path, _MOST_IN_PLACE + 1)
        if len(placed) > _MOST_IN_PLACE:
            text = f"a version in place of more than {_MOST_IN_PLACE} files cannot be mounted; name single files of it"
            raise CannotStage(Reason.INPUT_UNREADABLE, text)
        return [
            Mount(
                source=self._still_there(source, entry.size),
                target=item.target if item.path is not None else f"{item.target}/{entry.path}",
            )
            for entry, source in placed
        ]

    def _still_there(self, source: Source, size: int) -> Path:
        try:
            descriptor = self._contents.open_in_place(source, size)
        except Conflict as error:
            raise CannotStage(Reason.INPUT_CHANGED, error.text) from error
        try:
            return Path(f"/proc/self/fd/{descriptor}").readlink() if LINUX else Path(source.location)
        finally:
            os.close(descriptor)

    def _source(self, item: RunInput) -> Path:
        try:
            if item.path is not None:
                return self._store.readable(item.manifest_digest).path
            return self._store.tree(item.version_id, lambda: self._entries(item.version_id))
        except (KeyError, OSError) as error:
            raise CannotStage(Reason.INPUT_UNREADABLE, f"{item.dataset_id}@{item.number}: {error}") from error

    def _entries(self, version_id: str) -> Iterator[TreeEntry]:
        with self._database.begin() as tx:
            yield from self._datasets.entries(tx, version_id)

    def _read_definition(self, revision: str) -> Definition:
        with self._database.begin() as tx:
            return self._tools.definition(tx, revision)

    def _make_tool_folder(self, revision: str) -> Path:
        """Lay the files that the tool's definition carries into a folder that all its runs share."""
        return self._store.tree(f"tool-{revision}", lambda: iter(self._tool_files(revision)))

    def _tool_files(self, revision: str) -> Sequence[TreeEntry]:
        entries = []
        for name, text in self.definition(revision).files.items():
            stored = self._store.put_bytes(text.encode())
            entries.append(TreeEntry(path=name, size=stored.size, sha256=stored.sha256))
        return entries
