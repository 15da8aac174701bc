"""`Images`: which container images the station keeps, and what a name means when something is to run in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.images import store
from fieldstation.core.images.model import Archive, Content, Image, names_of, parse, read_reference
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Invalid, NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of

ADD = "image.add"  # the work of a task
_UNUSED_SECONDS = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Sights:
    """What runs can see here: behind the `own` images, and of others if an engine is `runnable` that shows them.

    `registries` are those that may be asked for more.
    """

    own: Mapping[str, str]
    runnable: bool
    registries: Sequence[str] = ()


class Images:
    """Keeps images."""

    def __init__(self, access: Access, tasks: Tasks, sights: Sights) -> None:
        self._access = access
        self._tasks = tasks
        self._own = sights.own
        self._runnable = sights.runnable
        self._registries = sights.registries

    def add(self, tx: Tx, caller: Caller, name: str, archive: Archive | None) -> Task:
        """Begin to bring an image under a name, out of an archive or from its registry; for operators.

        What has the name already keeps it until the new one is whole; its runs go on. Raises Invalid, Conflict
        (`images_not_run`, `registry_refused`).
        """
        self._access.require(caller, Permission.STATION_OPERATE)
        reference = parse(name)
        if not self._runnable:
            raise _not_run()
        if archive is None and reference.registry not in self._registries:
            raise Conflict(
                f"this station asks no registry at {reference.registry}",
                next_step="name it in FIELDSTATION_REGISTRIES, or send the image as an archive of `docker save`",
                reason="registry_refused",
            )
        payload = {
            "reference": str(reference),
            "names": list(names_of(reference)),
            "upload": None if archive is None else archive.upload,
            "sha256": None if archive is None else archive.sha256,
        }
        new = NewTask(purpose=Purpose.IMAGE, purpose_id=str(reference), work=ADD, payload=payload)
        task = self._tasks.begin(tx, caller.user_id, new)
        record(tx, Entry(actor=caller.user_id, deed=Deed.IMAGE_ADDED, thing=str(reference)))
        return task

    def keep(self, tx: Tx, name: str, content: Content, user_id: str) -> None:
        """Keep a content that was unpacked under the name for which it was brought."""
        store.keep(tx, parse(name), content, user_id)

    def remove(self, tx: Tx, caller: Caller, image_id: str) -> None:
        """Take a name off its content; runs that use it go on, and its files go a day later."""
        self._access.require(caller, Permission.STATION_OPERATE)
        name = store.let_go(tx, image_id)
        if name is None:
            raise NotFound("there is no such image here", next_step="see what there is: fieldstation image list")
        record(tx, Entry(actor=caller.user_id, deed=Deed.IMAGE_REMOVED, thing=name))

    def page(self, tx: Tx, caller: Caller, request: PageRequest, name: str | None = None) -> Page[Image]:
        """Return what images there are, by name, or the one that this name means."""
        self._access.require(caller, Permission.STATION_USE)
        if name is not None:
            return Page(items=[one for one in store.find(tx, [parse(name)]) if one is not None], next=None)
        found = store.page(tx, (request.after or ("",))[0], request.limit + 1)
        return page_of(found, request, lambda image: (image.reference,))

    def lacking(self, tx: Tx, names: Sequence[str]) -> Sequence[str | None]:
        """Return for each image that something is to run in why it cannot, None where it can; one statement."""
        asked = [name for name in dict.fromkeys(names) if name not in self._own]
        if not asked:
            return [None] * len(names)
        if not self._runnable:
            return [None if name in self._own else "this station runs no container images" for name in names]
        read = {name: reference for name in asked if (reference := read_reference(name))}
        found = dict(zip(read, store.find(tx, list(read.values())), strict=True))
        return [
            None if name in self._own or found.get(name) else f"the image {name} is not on this station"
            for name in names
        ]

    def pin(self, tx: Tx, name: str) -> str | None:
        """Return what a run that is queued now will see, whatever the name means later; None for `host:`, `station:`.

        Raises Conflict (`images_not_run`, `image_not_here`).
        """
        if name in self._own:
            return None
        if not self._runnable:
            raise _not_run()
        (found,) = store.find(tx, [parse(name)])
        if found is None:
            raise Conflict(
                f"the image {name} is not on this station",
                next_step="ask an operator of this station to bring it: fieldstation image add",
                reason="image_not_here",
            )
        return found.content.image

    def seen(self, name: str, pinned: str | None) -> str:
        """Return what a run sees behind an image, as text that differs where that differs."""
        return pinned or self._own[name]

    def content(self, tx: Tx, image: str) -> Content | None:
        """Return what is known of an image that a run was pinned to; None when it is gone."""
        found = store.of_content(tx, image.removeprefix("oci:"))
        return None if found is None else found.content

    def forget_unused(self, tx: Tx) -> None:
        """Forget contents that have had no name for a day and that no open run uses."""
        store.forget_unused(tx, _UNUSED_SECONDS)

    def forget_lost(self, tx: Tx, here: Collection[str]) -> None:
        """Take the names off contents whose files are not here, as after a backup was restored."""
        store.forget_lost(tx, sorted(here))

    def known(self, tx: Tx, digests: Sequence[str]) -> frozenset[str]:
        """Return which of these contents are kept, under a name or not for long without one."""
        return store.known(tx, digests) if digests else frozenset()


def _not_run() -> Invalid:
    return Invalid(
        "no engine of this station runs container images",
        next_step="ask the operator for the engine `sandbox`, or use a tool on `station:` or `host:`",
        reason="images_not_run",
    )
