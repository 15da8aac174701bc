"""Bringing container images: fetched or out of an archive, unpacked inside the sandbox, put beside the others."""

import json
import os
import platform
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from fieldstation.core.datasets.service import Uploads
from fieldstation.core.images.model import Content, parse
from fieldstation.core.images.service import Images
from fieldstation.db import Database
from fieldstation.gateways.images.registry import Progress, Registry, Wanted
from fieldstation.kernel.errors import Broken, Invalid, Unavailable
from fieldstation.ports.engine import Limits
from fieldstation.ports.storage import BlobStore
from fieldstation.workers.laboratory import Laboratory, Order, Reading
from fieldstation.workers.molecules import blob
from fieldstation.workers.perform import Assignment
from fieldstation.workers.points import reached

_MALFORMED = 65
_MOST_TRIES = 3  # to reach a registry, while somebody waits
_SECONDS = 4 * 3600.0
_MOST_TEXT = 1 << 20
_UNUSED_SECONDS = 24 * 3600.0
_TIDY_SECONDS = 3600.0
_UNPACKED_TIMES = 4  # an image is as much larger than its archive, at most
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "ppc64le": "ppc64le", "s390x": "s390x"}


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where images lie and come from: each in `<SHA-256>/root` below `folder`; `most_bytes` of one as it is sent.

    `remove` takes a tree away, however deep.
    """

    folder: Path
    remove: Callable[[Path], None]
    store: BlobStore
    registry: Registry
    most_bytes: int


class AddImage:
    """Brings one image under a name."""

    def __init__(
        self, database: Database, images: Images, uploads: Uploads, laboratory: Laboratory, shelf: Shelf
    ) -> None:
        self._database = database
        self._images = images
        self._uploads = uploads
        self._laboratory = laboratory
        self._shelf = shelf

    def perform(self, assignment: Assignment) -> None:
        """Fetch, unpack, keep; what an earlier try fetched is used again."""
        payload = assignment.operation.payload
        if self._taken(assignment, payload):
            return
        fetched = self._shelf.folder / f".{assignment.operation.task_id}"
        try:
            content = self._unpacked(assignment, payload, self._source(assignment, payload, fetched))
        except Invalid:
            self._end_upload(assignment, payload)
            raise
        reached("after an image was unpacked")
        with self._database.begin() as tx:
            assignment.hold(tx)
            self._images.keep(tx, payload["reference"], content, assignment.operation.user_id)
            if payload["upload"] is not None:
                self._uploads.let_go(tx, payload["upload"])
        reached("after an image was kept")
        self._shelf.remove(fetched)
        assignment.tell(f"the image {payload['reference']} is here: {content.digest}, {content.size:,} bytes")

    def _taken(self, assignment: Assignment, payload: Mapping[str, Any]) -> bool:
        """Tell whether an earlier try came to its end; Invalid where the upload ended without."""
        if payload["upload"] is None:
            return False
        with self._database.begin() as tx:
            assignment.hold(tx)
            waits = self._uploads.is_open(tx, payload["upload"])
            (lack,) = self._images.lacking(tx, [payload["reference"]])
        if not waits and lack is not None:
            raise Invalid("the upload ended before its image was unpacked", next_step="send the archive again")
        return not waits

    def _end_upload(self, assignment: Assignment, payload: Mapping[str, Any]) -> None:
        """Give back the room of an archive that is no image."""
        if payload["upload"] is not None:
            with self._database.begin() as tx:
                assignment.hold(tx)
                self._uploads.let_go(tx, payload["upload"])

    def _source(self, assignment: Assignment, payload: Mapping[str, Any], fetched: Path) -> Path:
        if payload["sha256"] is not None:
            return blob(self._shelf.store, payload["sha256"], payload["reference"])
        reference = parse(payload["reference"])
        wanted = Wanted(
            registry=reference.registry,
            path=reference.path,
            version=reference.digest or reference.tag or "latest",
            architecture=architecture(),
        )
        fetched.mkdir(mode=0o711, exist_ok=True)
        try:
            self._shelf.registry.fetch(wanted, fetched, Progress(check=assignment.check, tell=assignment.tell))
        except Unavailable as error:
            if assignment.operation.failures + 1 < _MOST_TRIES:
                raise
            raise Invalid(
                f"{error.text}, in {_MOST_TRIES} tries",
                next_step="see that the station's machine reaches the registry, or send the image as an archive",
                reason="registry_away",
            ) from error
        return fetched

    def _unpacked(self, assignment: Assignment, payload: Mapping[str, Any], source: Path) -> Content:
        """Unpack an image to where runs see it, unless its content is there already."""
        most = _UNPACKED_TIMES * self._shelf.most_bytes
        order = Order(
            name=f"image-{assignment.operation.task_id}",
            program="unpack",
            file=source,
            arguments=[architecture(), str(most), *payload["names"]],
            limits=Limits(cpu=1.0, memory_bytes=1 << 30, disk_bytes=2 * most, pids=16, log_bytes=1 << 20),
            seconds=_SECONDS,
        )
        with self._laboratory.reading(order) as reading:
            code = reading.wait(assignment.check)
            if code == _MALFORMED:
                raise Invalid(
                    f"the image {payload['reference']} cannot be unpacked: {reading.said()[-500:]}",
                    next_step="send an image that `docker save`, `skopeo` or `podman save` wrote, for this machine",
                    reason="image_damaged",
                )
            if code != 0:
                raise Broken(
                    f"the image {payload['reference']} cannot be unpacked: {reading.said()[-500:]}",
                    next_step="tell the operator",
                    reason="image",
                )
            content = _content(reading)
            self._place(reading.outputs / "root", content)
        return content

    def _place(self, root: Path, content: Content) -> None:
        """Give an unpacked image its place, whole and at once; it belongs to the station from now on."""
        place = self._shelf.folder / content.digest.removeprefix("sha256:")
        if place.exists():
            os.utime(place)  # it is wanted again
            return
        if not stat.S_ISDIR(os.lstat(root).st_mode):
            raise Broken("an image was unpacked into what is no folder", next_step="tell the operator", reason="image")
        fresh = self._shelf.folder / f".{place.name}.{uuid4().hex}"
        fresh.mkdir(mode=0o755)
        root.rename(fresh / "root")
        _own(fresh / "root")
        try:
            fresh.rename(place)
        except OSError:  # another process was first
            self._shelf.remove(fresh)
            if not place.exists():
                raise


class DropImages:
    """Removes images that nothing has used for a day, and what tries to bring one left behind."""

    def __init__(self, database: Database, images: Images, shelf: Shelf) -> None:
        self._database = database
        self._images = images
        self._folder = shelf.folder
        self._remove = shelf.remove

    def step(self) -> float:
        """Remove what there is to remove; returns how long there will be nothing."""
        with self._database.begin() as tx:
            here = {f"sha256:{place.name}" for place in self._folder.iterdir() if not place.name.startswith(".")}
            self._images.forget_lost(tx, here)
            self._images.forget_unused(tx)
        old = [place for place in self._folder.iterdir() if _age(place) > _UNUSED_SECONDS]
        unknown = self._unknown([place for place in old if not place.name.startswith(".")])
        for place in old:
            if place.name.startswith("."):
                self._remove(place)
        for place in unknown:
            gone = place.with_name(f".{place.name}.gone")
            place.rename(gone)
            if self._unknown([place]):
                self._remove(gone)
            else:  # it was brought anew just now
                gone.rename(place)
        return _TIDY_SECONDS

    def _unknown(self, places: Sequence[Path]) -> Sequence[Path]:
        """Return those that no name means any more."""
        with self._database.begin() as tx:
            known = self._images.known(tx, [f"sha256:{place.name}" for place in places])
        return [place for place in places if f"sha256:{place.name}" not in known]


def _age(place: Path) -> float:
    """Return for how many seconds an entry has lain there, by its own file system's clock; 0 for one that is gone."""
    try:
        return datetime.now(UTC).timestamp() - place.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def architecture() -> str:
    """Return what images call this machine's processor."""
    machine = platform.machine()
    return _ARCHITECTURES.get(machine, machine)


def _content(reading: Reading) -> Content:
    try:
        found = json.loads(reading.read("image.json", _MOST_TEXT))
        return Content(
            digest=_digest(found["config"]),
            digests=[_digest(one) for one in found["digests"]],
            size=int(found["size"]),
            layers=int(found["layers"]),
            created=str(found["created"])[:40],
            directory=str(found["directory"])[:1000],
            environment={
                str(name): str(value) for name, value in found["environment"].items() if _is_variable(name, value)
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken("an unpacked image tells nothing of itself", next_step="tell the operator") from error


def _digest(text: str) -> str:
    algorithm, _, value = text.partition(":")
    if algorithm != "sha256" or len(bytes.fromhex(value)) != 32:  # bytes of SHA-256
        raise ValueError(text)
    return f"sha256:{value.lower()}"


def _is_variable(name: str, value: str) -> bool:
    return bool(name) and "=" not in name and "\0" not in f"{name}{value}" and not name.startswith("FIELDSTATION_")


def _own(root: Path) -> None:
    """Have the station own a tree that a run wrote; where it is not root, the run was its own user already."""
    if os.geteuid() != 0:
        return
    os.lchown(root, 0, 0)
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            os.lchown(f"{folder}/{name}", 0, 0)
