"""Files of projects: sent, fetched, moved and removed where they lie."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from fieldstation.client.answers import read
from fieldstation.client.errors import ClientError
from fieldstation.client.multipart import Progress
from fieldstation.client.references import read_reference
from fieldstation.client.things import Attached, ProjectEntry, Saved
from fieldstation.client.transport import Transport, at
from fieldstation.kernel.errors import Fault

FOLDER, FILE = "folder", "file"
_BLOCK = 1 << 20


class Files:
    """Everything about files of projects; a project is named by its id, or by the caller's own name for it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self, project: str, folder: str = "", *, hidden: bool = False) -> Iterator[ProjectEntry]:
        """Yield what lies in a folder, folders first; names that begin with a dot only where `hidden`."""
        query = {"folder": folder, "hidden": hidden or None}
        return self._transport.pages(ProjectEntry, at("projects", project, "files"), query)

    def below(self, project: str, folder: str, *, hidden: bool = False) -> Iterator[ProjectEntry]:
        """Yield every file in a folder and the folders in it."""
        for entry in self.all(project, folder, hidden=hidden):
            if entry.kind == FOLDER:
                yield from self.below(project, entry.path, hidden=hidden)
            elif entry.kind == FILE:
                yield entry

    def put(
        self, project: str, path: str, file: Path, *, replace: bool = True, progress: Progress = lambda _: None
    ) -> ProjectEntry:
        """Send a file of this machine to `path` of the project, making folders that are missing."""
        sent = _Sent(file, progress)
        address = at("projects", project, "files", path) + ("" if replace else "?replace=false")
        headers = {"Content-Length": str(sent.size), "Content-Type": "application/octet-stream"}
        return read(ProjectEntry, self._transport.exchange("PUT", address, headers=headers, content=sent).json())

    def get(self, project: str, path: str, file: Path, *, progress: Progress = lambda _: None) -> int:
        """Fetch a file of the project to `file`, which appears whole; returns its size in bytes."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name[:100]}.part")
        try:
            with self._transport.stream(at("projects", project, "files", path)) as response, part.open("wb") as written:
                for piece in response.iter_raw():
                    written.write(piece)
                    progress(len(piece))
            size = part.stat().st_size
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        return size

    def attach(
        self,
        project: str,
        reference: str,
        *,
        folder: str = "",
        immutable: bool = True,
        compress: bool = False,
        as_type: str | None = None,
    ) -> Attached:
        """Copy a file of a version (`NAME@NUMBER:PATH`) into a folder of a project.

        `as_type`: the media type that it shall have there; molecules are written in another form.
        """
        wanted = read_reference(reference)
        body = {"dataset": wanted.name, "number": wanted.number, "path": wanted.path}
        more = {"folder": folder, "immutable": immutable, "compress": compress, "as_type": as_type}
        given = {key: value for key, value in {**body, **more}.items() if value is not None}
        return read(Attached, self._transport.send("POST", at("projects", project, "attachments"), given))

    def save(
        self, project: str, path: str, dataset: str, *, media_type: str | None = None, unit: str | None = None
    ) -> Saved:
        """Make a file of a project a version of a data set: its id, or the caller's own name for it, new or not.

        `unit` pays for a new one; where none is named, that of the project, else the caller's own.
        """
        body = {"path": path, "dataset": dataset, "media_type": media_type, "unit": unit}
        given = {key: value for key, value in body.items() if value is not None}
        return read(Saved, self._transport.send("POST", at("projects", project, "saves"), given))

    def move(self, project: str, source: str, target: str) -> None:
        """Give a file or folder another path; nothing may be there."""
        self._transport.send("POST", at("projects", project, "moves"), {"source": source, "target": target})

    def make_folder(self, project: str, path: str) -> None:
        """Make a folder, and those above it that are missing."""
        self._transport.send("PUT", at("projects", project, "folders", path))

    def remove(self, project: str, path: str) -> None:
        """Remove a file for good."""
        self._transport.send("DELETE", at("projects", project, "files", path))

    def remove_folder(self, project: str, path: str) -> None:
        """Remove a folder for good, with all that is in it."""
        self._transport.send("DELETE", at("projects", project, "folders", path))


def place_of(folder: Path, path: str) -> Path:
    """Return where a file of this path goes below `folder`; one that would leave it is refused, whoever sent it."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise ClientError(
            f"the station names a file {path!r}, which would lie outside of {folder}",
            next_step="do not fetch from this station; tell its operator",
            reason="unsafe_path",
            fault=Fault.OURS,
        )
    return folder.joinpath(*parts)


class _Sent:
    """The bytes of a file, from its beginning each time they are asked for."""

    def __init__(self, file: Path, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._told = 0
        self.size = file.stat().st_size

    def __iter__(self) -> Iterator[bytes]:
        self._progress(-self._told)
        self._told = 0
        with self._file.open("rb") as opened:
            while piece := opened.read(_BLOCK):
                yield piece
                self._told += len(piece)
                self._progress(len(piece))
