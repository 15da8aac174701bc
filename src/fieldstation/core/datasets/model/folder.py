"""Folders: what the paths of a version have in common."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of a version; `path` ends with `/`.

    `files` and `size` (bytes) are those of everything below it; with `more` there is more than was counted.
    """

    path: str
    files: int = 0
    size: int = 0
    more: bool = False


def folder_path(text: str) -> str:
    """Return the path of a folder as entries begin with it: `2021/` of `2021`, empty for the top."""
    path = text.strip("/")
    return f"{path}/" if path else ""
