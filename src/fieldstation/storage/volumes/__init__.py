"""The folders of projects on a POSIX file system."""

from fieldstation.storage.volumes.volumes import FilesystemVolumes

__all__ = ["FilesystemVolumes"]
