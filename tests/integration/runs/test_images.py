"""Images that nothing names, or whose files are not here, are let go; what runs use stays."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from fieldstation.core.images.model import Content
from fieldstation.engines.local.disk import remove_tree
from fieldstation.gateways.images.registry import Registry
from fieldstation.gateways.web import Web
from fieldstation.kernel.paging import PageRequest
from fieldstation.workers.images import DropImages, Shelf
from tests.integration.runs.desk import Desk, Person

DAY = 24 * 3600.0
_LONG_AGO = 1_000_000_000


@pytest.fixture
def shelf(desk: Desk, tmp_path: Path) -> Shelf:
    folder = tmp_path / "shelf"
    folder.mkdir()
    registry = Registry(Web(), Web(), most_bytes=1)
    return Shelf(folder=folder, remove=remove_tree, store=desk.store, registry=registry, most_bytes=1)


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


def bring(desk: Desk, shelf: Shelf, ada: Person, name: str, letter: str) -> Path:
    """Keep an image as an operator's task does, its files of long ago."""
    place = shelf.folder / digest(letter).removeprefix("sha256:")
    (place / "root" / "deep").mkdir(parents=True, exist_ok=True)
    os.utime(place, (_LONG_AGO, _LONG_AGO))
    with desk.begin() as tx:
        desk.features.images.keep(tx, name, Content(digest=digest(letter)), ada.caller.user_id)
    return place


def listed(desk: Desk, ada: Person) -> dict[str, str]:
    with desk.begin() as tx:
        found = desk.features.images.page(tx, ada.caller, PageRequest(limit=100)).items
    return {one.reference: one.content.digest[7] for one in found}


def swept(desk: Desk, shelf: Shelf) -> None:
    assert DropImages(desk.database, desk.features.images, shelf).step() > 0


def test_what_has_no_name_goes_a_day_later_unless_a_run_uses_it(desk: Desk, shelf: Shelf, ada: Person) -> None:
    old, new = bring(desk, shelf, ada, "acme/one:1", "a"), bring(desk, shelf, ada, "acme/one:1", "b")
    assert listed(desk, ada) == {"docker.io/acme/one:1": "b"}
    swept(desk, shelf)
    assert old.exists()
    with desk.begin() as tx:
        tx.execute(text("UPDATE image SET removed_at = removed_at - interval '25 hours'"))
        run = desk.submit(ada).id
        tx.execute(text("UPDATE run SET image = :image WHERE id = :id"), {"image": f"oci:{digest('a')}", "id": run})
    swept(desk, shelf)
    assert old.exists(), "a run is still to see it"
    desk.cancel(ada, run)
    swept(desk, shelf)
    assert not old.exists()
    assert new.exists()


def test_a_name_whose_files_are_not_here_is_taken_off(desk: Desk, shelf: Shelf, ada: Person) -> None:
    kept, lost = bring(desk, shelf, ada, "acme/kept:1", "a"), bring(desk, shelf, ada, "acme/lost:1", "b")
    remove_tree(lost)
    swept(desk, shelf)
    assert listed(desk, ada) == {"docker.io/acme/kept:1": "a"}
    assert kept.exists()


def test_what_a_try_left_behind_goes_when_it_is_old(desk: Desk, shelf: Shelf, ada: Person) -> None:
    young, old, unknown = (shelf.folder / name for name in (".young", ".old", "c" * 64))
    for place in (young, old, unknown):
        (place / "root").mkdir(parents=True)
    for place in (old, unknown):
        os.utime(place, (_LONG_AGO, _LONG_AGO))
    swept(desk, shelf)
    assert [young.exists(), old.exists(), unknown.exists()] == [True, False, False]
