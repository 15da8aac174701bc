"""Where bytes lie: the blobs of data sets, and the folders of projects."""

import os
from dataclasses import dataclass
from pathlib import Path

from fieldstation.core.projects.service import Numbers
from fieldstation.kernel.errors import Broken
from fieldstation.ports.storage import Places
from fieldstation.settings import Settings
from fieldstation.storage.filesystem import FilesystemStore
from fieldstation.storage.places import FilesystemPlaces
from fieldstation.storage.volumes import FilesystemVolumes
from fieldstation.storage.whereabouts import store_root


@dataclass(frozen=True, kw_only=True)
class Storages:
    """Both, as one process opens them."""

    store: FilesystemStore
    volumes: FilesystemVolumes


def build_storages(settings: Settings) -> Storages:
    """Open the station's storages. Raises Broken (`store`) where that of data sets is not there, or another's."""
    root = settings.store or settings.data
    try:
        store = FilesystemStore(store_root(settings.data, settings.store), settings.reserve_bytes)
    except OSError as error:
        raise Broken(
            f"the files of data sets cannot be kept in {root}: {error.strerror}: {error.filename}",
            next_step="let the station write there (on a network mount: no_root_squash), or name another folder in "
            "FIELDSTATION_STORE",
            reason="store",
        ) from None
    return Storages(
        store=store,
        volumes=FilesystemVolumes(settings.projects or settings.data / "projects", settings.reserve_bytes),
    )


def places_below(folder: Path) -> Places:
    """Return the files below a folder that a person named on this machine, for verbs that need no station."""
    return FilesystemPlaces([folder])


def numbers_of(settings: Settings) -> Numbers:
    """Return the uids of users and gids of projects; only root can give files away."""
    if os.geteuid() != 0:
        return Numbers(first_uid=None, first_gid=None)
    return Numbers(first_uid=settings.first_user_uid, first_gid=settings.first_project_gid)
