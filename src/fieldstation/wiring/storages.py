"""Where bytes lie: the blobs of data sets, and the folders of projects."""

import os
from dataclasses import dataclass

from fieldstation.core.projects.service import Numbers
from fieldstation.settings import Settings
from fieldstation.storage.filesystem import FilesystemStore
from fieldstation.storage.volumes import FilesystemVolumes


@dataclass(frozen=True, kw_only=True)
class Storages:
    """Both, as one process opens them."""

    store: FilesystemStore
    volumes: FilesystemVolumes


def build_storages(settings: Settings) -> Storages:
    """Open the station's storages."""
    return Storages(
        store=FilesystemStore(settings.data, settings.reserve_bytes),
        volumes=FilesystemVolumes(settings.projects or settings.data / "projects", settings.reserve_bytes),
    )


def numbers_of(settings: Settings) -> Numbers:
    """Return the uids of users and gids of projects; only root can give files away."""
    if os.geteuid() != 0:
        return Numbers(first_uid=None, first_gid=None)
    return Numbers(first_uid=settings.first_user_uid, first_gid=settings.first_project_gid)
