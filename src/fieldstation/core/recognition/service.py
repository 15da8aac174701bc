"""Looking at what came: product directories on a disk, their documents, and their bytes against their checksums."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.recognition.model.arrivals import (
    ABOUT,
    DOCUMENTS,
    LOCALIZED,
    Arrival,
    Given,
    is_unfinished,
    read_arrival,
)
from fieldstation.core.recognition.model.checksums import (
    MAX_SIDECAR_BYTES,
    Expected,
    digests,
    manifest_of,
    read_manifest,
    read_sidecar,
    sidecar_of,
)
from fieldstation.core.recognition.model.document import MAX_BYTES
from fieldstation.core.recognition.model.entries import Configuration
from fieldstation.core.recognition.model.findings import Findings
from fieldstation.core.recognition.model.notices import Sent
from fieldstation.ports.storage import PlaceRefused, Places

MAX_FILES = 500_000
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Checksums:
    """Which files of a directory have the bytes that were meant, have others, or have nobody to say so.

    Counted are neither the documents of the product nor the sidecars and manifests themselves.
    """

    matched: tuple[str, ...]
    differing: tuple[str, ...]
    without: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What was found in one product directory; `arrival` is None where its documents leave nothing to keep."""

    path: str
    arrival: Arrival | None
    checksums: Checksums
    findings: Findings


@dataclass(frozen=True, kw_only=True)
class Inspector:
    """Looks at product directories, with one `datasets.json` (or none), reading only through `places`."""

    places: Places
    configuration: Configuration | None
    hostname: str

    def inspect(self, path: str, names: Sequence[str]) -> Inspection:
        """Read, recognise and verify the product in the directory `path`, whose files are `names`."""
        findings = Findings()
        id_ = path.rpartition("/")[2]
        for name in names:
            if is_unfinished(name):
                findings.fault(f"{path}/{name}", "/", "marks a transfer that has not ended: wait, or take it away")
        documents = {kind: f"{id_}{kind}" for kind in DOCUMENTS if f"{id_}{kind}" in names}
        read = {kind: self._read(f"{path}/{name}", MAX_BYTES, findings) for kind, name in documents.items()}
        given = Given(path=path, names=names, documents={kind: data for kind, data in read.items() if data is not None})
        arrival = read_arrival(given, self.configuration, self.hostname, findings)
        checksums = self.verify(path, names, [*documents.values(), LOCALIZED], findings)
        return Inspection(path=path, arrival=arrival, checksums=checksums, findings=findings)

    def last_change(self, path: str, names: Sequence[str]) -> float:
        """Return when bytes, name or mode of any of the files last changed, in seconds since 1970; 0 for no files.

        The time of the change itself counts, which no program sets, so a file that came with its old time is new.
        """
        changes = [0.0]
        for name in names:
            with contextlib.suppress(OSError, PlaceRefused):  # what cannot be read is told when it is read
                descriptor, _ = self.places.open(f"{path}/{name}")
                try:
                    changes.append(os.fstat(descriptor).st_ctime)
                finally:
                    os.close(descriptor)
        return max(changes)

    def verify(self, path: str, names: Sequence[str], apart: Sequence[str], findings: Findings) -> Checksums:
        """Compare files with what sidecars and manifests say; each that differs or is not there is a fault."""
        there = set(names)
        wanted: dict[str, list[Expected]] = {}
        for one in self._expected(path, names, there, findings):
            if one.file in there:
                wanted.setdefault(one.file, []).append(one)
            else:
                text = f"names {one.file}, which is not there: has all of the product come?"
                findings.fault(f"{path}/{one.source}", "/", text)
        same = {file: self._agrees(path, file, expected, findings) for file, expected in sorted(wanted.items())}
        sources = {name for name in names if manifest_of(name) or _sidecar(name, there)}
        return Checksums(
            matched=tuple(file for file, agrees in same.items() if agrees),
            differing=tuple(file for file, agrees in same.items() if not agrees),
            without=tuple(sorted(there - set(same) - sources - set(apart))),
        )

    def verify_sent(self, sent: Sent, folder: str, notice: str, findings: Findings) -> Checksums:
        """Compare files that came with what a notice says of them: name, size, and digest where it gives one."""
        matched: list[str] = []
        without: list[str] = []
        for one in sent.files:
            wanted = (
                []
                if one.digest is None or one.algorithm is None
                else [Expected(file=one.name, algorithm=one.algorithm, digest=one.digest.lower(), source=notice)]
            )
            if self._has_size(f"{folder}/{one.name}", one.size, findings) and (
                not wanted or self._agrees(folder, one.name, wanted, findings)
            ):
                (matched if wanted else without).append(one.name)
        differing = {one.name for one in sent.files}.difference(matched, without)
        return Checksums(matched=tuple(matched), differing=tuple(sorted(differing)), without=tuple(without))

    def _has_size(self, location: str, size: int, findings: Findings) -> bool:
        try:
            descriptor, found = self.places.open(location)
        except (OSError, PlaceRefused) as error:
            findings.fault(location, "/", f"has not come: {_why(error)}")
            return False
        os.close(descriptor)
        if found.size != size:
            findings.fault(location, "/", f"has {found.size} bytes, but {size} were sent: send it again")
        return found.size == size

    def _expected(self, path: str, names: Sequence[str], there: set[str], findings: Findings) -> Iterator[Expected]:
        for name in sorted(names):
            file = f"{path}/{name}"
            if manifest_of(name):
                data = self._read(file, MAX_BYTES, findings)
                yield from () if data is None else read_manifest(data, name, file, findings)
            elif _sidecar(name, there):
                data = self._read(file, MAX_SIDECAR_BYTES, findings)
                one = None if data is None else read_sidecar(data, name, file, findings)
                yield from () if one is None else (one,)
            elif sidecar_of(name):
                findings.warn(file, "/", "is a checksum of a file that is not there, and was not used")

    def _agrees(self, path: str, file: str, expected: Sequence[Expected], findings: Findings) -> bool:
        location = f"{path}/{file}"
        try:
            found = digests(self._pieces(location), expected)
        except (OSError, PlaceRefused) as error:
            findings.fault(location, "/", f"cannot be read: {_why(error)}")
            return False
        differing = {one: digest for one, digest in found.items() if digest != one.digest or not one.sound}
        for one, digest in differing.items():
            text = f"its {one.algorithm} is {digest}, but {one.source} says {one.digest}: send it again"
            findings.fault(location, "/", text)
        return not differing

    def _read(self, location: str, most: int, findings: Findings) -> bytes | None:
        """Return the beginning of a file, no more than tells that it is too long; None, with a fault, if it cannot."""
        data = bytearray()
        try:
            for piece in self._pieces(location):
                data += piece
                if len(data) > most:
                    break
        except (OSError, PlaceRefused) as error:
            findings.fault(location, "/", f"cannot be read: {_why(error)}")
            return None
        return bytes(data[: most + 1])

    def _pieces(self, location: str) -> Iterator[bytes]:
        descriptor, before = self.places.open(location)
        try:
            while piece := os.read(descriptor, _CHUNK):
                yield piece
            after = os.fstat(descriptor)
            if (after.st_size, after.st_mtime_ns) != (before.size, before.mtime_ns):
                raise PlaceRefused(f"{location} changed while it was read; wait until all of it is there")
        finally:
            os.close(descriptor)


def product_directories(places: Places, folder: str, findings: Findings) -> Mapping[str, Sequence[str]]:
    """Return each product directory at or below `folder` with the files in it, by path; strange entries are faults.

    A directory `X` is one when it holds `X.dataset.json`; what lies deeper belongs to it.
    """
    files = list(_files(places, folder, findings))
    held = set(files)
    found: dict[str, list[str]] = {}
    for path in files:
        home = _home(folder, path, held)
        if home is not None:
            found.setdefault(home, []).append(path[len(home) + 1 :])
        else:
            _fault_of_pieces(path, findings)
    return found


def _fault_of_pieces(path: str, findings: Findings) -> None:
    """Note what is wrong with a document of a product that lies in no product directory."""
    folder, _, name = path.rpartition("/")
    directory = folder.rpartition("/")[2]
    if name.endswith(ABOUT):
        findings.fault(path, "/", f"lies in {directory}: directory and file must have one name, X/X{ABOUT}")
    elif any(name == f"{directory}{kind}" for kind in DOCUMENTS):
        findings.fault(path, "/", f"has no {directory}{ABOUT} beside it: has all of the product come?")


def files_in(places: Places, folder: str, findings: Findings) -> Sequence[str]:
    """Return the files below a folder, relative to it; strange entries are faults."""
    return [path[len(folder) + 1 :] for path in _files(places, folder, findings)]


def _home(folder: str, path: str, held: set[str]) -> str | None:
    """Return the outermost product directory that a file lies in; None when it lies in none."""
    here = folder
    for step in (*path[len(folder) + 1 :].split("/")[:-1], None):
        if f"{here}/{here.rpartition('/')[2]}{ABOUT}" in held:
            return here
        here = f"{here}/{step}"
    return None


def _files(places: Places, folder: str, findings: Findings) -> Iterator[str]:
    """Yield the absolute path of each file; what cannot be taken is a fault."""
    for count, (path, found) in enumerate(places.walk(folder)):
        location = f"{folder}/{path}"
        if count >= MAX_FILES:
            findings.fault(folder, "/", f"holds more than {MAX_FILES} files; name the folders in it one by one")
            return
        if isinstance(found, PlaceRefused):
            findings.fault(
                _printable(location), "/", f"{_printable(str(found))}; take it away, or give the file itself"
            )
        elif location != _printable(location):
            findings.fault(_printable(location), "/", "has a name that is not UTF-8, so nobody could ask for it")
        else:
            yield location


def _sidecar(name: str, there: set[str]) -> bool:
    meant = sidecar_of(name)
    return meant is not None and meant[0] in there


def _why(error: OSError | PlaceRefused) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
