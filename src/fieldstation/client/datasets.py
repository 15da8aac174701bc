"""Data sets of a station: making, filling, reading and sharing them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fieldstation.client.answers import read
from fieldstation.client.download import Received, receive
from fieldstation.client.errors import ClientError
from fieldstation.client.findings import Citation, Facets, Use
from fieldstation.client.members import Shared
from fieldstation.client.multipart import Form, Progress
from fieldstation.client.references import Reference, read_reference
from fieldstation.client.sources import find_sources
from fieldstation.client.things import Dataset, FileEntry, Json, Lineage, Tool, TreeEntry, Version
from fieldstation.client.transport import at
from fieldstation.client.uploads import send_all, worth_resuming

EVERYONE = "everyone"


class Datasets(Shared):
    """Everything about data sets. A data set is named by its id or name."""

    kind = "datasets"

    def create(
        self,
        name: str,
        *,
        title: str = "",
        description: str = "",
        labels: Mapping[str, str] | None = None,
        unit: str | None = None,
    ) -> Dataset:
        """Make an empty data set of the caller; `unit` pays for its storage."""
        body: dict[str, Json] = {"name": name, "title": title, "description": description, "labels": dict(labels or {})}
        return read(Dataset, self._transport.send("POST", at("datasets"), body | ({"unit": unit} if unit else {})))

    def all(self, **query: str | int | bool | None) -> Iterator[Dataset]:
        """Yield the data sets that the caller may see, newest first."""
        return self._transport.pages(Dataset, at("datasets"), query)

    def facets(self, **query: str | int | bool | None) -> Facets:
        """Count the data sets that `all` would yield by label, origin and owner."""
        answer = self._transport.get(at("datasets"), {**query, "facets": True, "limit": 1})
        return read(Facets, answer["facets"])

    def show(self, name: str) -> Dataset:
        """Return one data set."""
        return self._transport.get_as(Dataset, at("datasets", name))

    def edit(self, name: str, /, **changes: Json) -> Dataset:
        """Change title, description, labels or name, and return the data set as it then is."""
        return read(Dataset, self._transport.send("PATCH", at("datasets", name), changes))

    def trash(self, name: str, *, at_once: bool = False) -> Dataset:
        """Put a data set into the trash, from where it can be restored until its `purge_after`."""
        address = at("datasets", name) + ("?at_once=true" if at_once else "")
        return read(Dataset, self._transport.send("DELETE", address))

    def remove_version(self, name: str, number: int, *, keep_copies: bool = False) -> str:
        """Remove a version of one file for good, the last with its data set; returns the id of the task.

        Its copies in projects go too, or (`keep_copies`) become files like any other.
        """
        address = at("datasets", name, "versions", str(number)) + ("?keep_copies=true" if keep_copies else "")
        return str(self._transport.send("DELETE", address)["task"])

    def restore(self, name: str) -> Dataset:
        """Take a data set out of the trash."""
        return read(Dataset, self._transport.send("POST", at("datasets", name, "restore")))

    def add_version(
        self,
        name: str,
        places: Iterable[Path],
        *,
        metadata: Mapping[str, Json] | None = None,
        progress: Progress = lambda _count: None,
    ) -> Version:
        """Send files and folders as the next version; return means that every byte is kept.

        Any number of files of any size is streamed; what breaks off leaves no version. Few big files are sent in
        pieces: a connection that breaks is taken up again, and the same call made later goes on where this one stopped.
        """
        sources = find_sources(places)
        if worth_resuming(sources):
            sent = send_all(self._transport, sources, progress)
            pieces = [{"path": one.source.path, "upload": one.upload, "sha256": one.sha256} for one in sent]
            return self._compose(name, pieces, metadata)
        form = Form(sources, metadata, progress)
        return read(Version, self._transport.post_raw(at("datasets", name, "versions"), form, form.headers))

    def register(self, name: str, locations: Iterable[str], *, metadata: Mapping[str, Json] | None = None) -> Version:
        """Make files of the station's machine (`file:/…`) the next version, where they lie; operators may."""
        return self._compose(name, [{"location": location} for location in locations], metadata)

    def _compose(self, name: str, pieces: Sequence[Mapping[str, Json]], metadata: Mapping[str, Json] | None) -> Version:
        body = {"files": pieces, "metadata": dict(metadata or {})}
        return read(Version, self._transport.send("POST", at("datasets", name, "versions"), body))

    def versions(self, name: str) -> Iterator[Version]:
        """Yield the versions of a data set, newest first."""
        return self._transport.pages(Version, at("datasets", name, "versions"))

    def version(self, name: str, number: int | None = None) -> Version:
        """Return one version, the newest when `number` is None; ClientError when there is none yet."""
        wanted = number or self.show(name).latest
        if not wanted:
            raise ClientError(
                f"the data set {name} has no version yet",
                next_step=f"give it one: fieldstation dataset add --to {name} PATH",
                reason="no_version",
                status=404,
            )
        return self._transport.get_as(Version, at("datasets", name, "versions", wanted))

    def files(self, name: str, number: int, prefix: str | None = None) -> Iterator[FileEntry]:
        """Yield the files of a version by path, those whose path begins with `prefix`."""
        address = at("datasets", name, "versions", number, "files")
        return self._transport.pages(FileEntry, address, {"prefix": prefix, "limit": 1000})

    def folder(self, name: str, number: int, folder: str | None = None) -> Iterator[TreeEntry]:
        """Yield the folders and files that lie directly in a folder of a version, by path; None means the top."""
        address = at("datasets", name, "versions", number, "tree")
        return self._transport.pages(TreeEntry, address, {"folder": folder, "limit": 1000})

    def fetch(self, reference: str, folder: Path, progress: Progress = lambda _count: None) -> Iterator[Received]:
        """Bring the files that `reference` means below `folder`, yielding each once its digest is proven.

        A path in the reference means that file, or everything in that folder. Half a file left by an earlier call is
        gone on with; a file that is here already is left alone.
        """
        wanted = read_reference(reference)
        number = self.version(wanted.name, wanted.number).number
        entries = self._chosen(wanted, number)
        return receive(self._transport, entries, lambda one: file_address(wanted.name, number, one), folder, progress)

    def content(self, reference: str) -> bytes:
        """Return the bytes of the one small file that `reference` names."""
        wanted = read_reference(reference)
        number = self.version(wanted.name, wanted.number).number
        address = at("datasets", wanted.name, "versions", number, "files", wanted.path or "")
        return self._transport.raw(address).content

    def lineage(self, name: str, number: int, direction: str = "up") -> Lineage:
        """Return what a version was made from (`up`), or what was made from it (`down`)."""
        address = at("datasets", name, "versions", number, "lineage")
        return self._transport.get_as(Lineage, address, {"direction": direction})

    def uses(self, name: str, number: int) -> Iterator[Use]:
        """Yield the runs that took a version, newest first, and what they made of it."""
        return self._transport.pages(Use, at("datasets", name, "versions", number, "uses"))

    def takers(self, name: str, number: int, path: str | None = None) -> Iterator[Tool]:
        """Yield the tools with an input that takes files of a version, or the one file at `path`."""
        return self._transport.pages(Tool, at("datasets", name, "versions", number, "tools"), {"path": path})

    def citation(self, name: str, number: int) -> Citation:
        """Return how a version is cited."""
        return self._transport.get_as(Citation, at("datasets", name, "versions", number, "citation"))

    def describe(self, name: str, metadata: Mapping[str, Json]) -> Version:
        """Give a data set new metadata: its next version, with the files of the newest one."""
        body = {"base": self.version(name).number, "metadata": dict(metadata)}
        return read(Version, self._transport.send("POST", at("datasets", name, "versions"), body))

    def _chosen(self, wanted: Reference, number: int) -> Iterator[FileEntry]:
        path = wanted.path
        found = False
        for entry in self.files(wanted.name, number, path):
            if path is None or entry.path == path or entry.path.startswith(path.rstrip("/") + "/"):
                found = True
                yield entry
        if path is not None and not found:
            raise ClientError(
                f"{wanted.name}@{number} has no file or folder {path}",
                next_step=f"see its files: fieldstation dataset version {wanted.name}@{number}",
                reason="not_found",
                status=404,
            )


def file_address(name: str, number: int, entry: FileEntry) -> str:
    """Return the address of a file of a version."""
    return at("datasets", name, "versions", number, "files", entry.path)
