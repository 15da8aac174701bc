"""How a version is put together from what is there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.core.datasets.model.manifest import FileEntry
from fieldstation.core.datasets.model.values import Source
from fieldstation.kernel.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One file to be: the bytes of an `upload`, or of the file `from_path` of the version that `from_version` names.

    `sha256`, when given, must be the digest of these bytes.
    """

    path: str
    upload: str | None = None
    from_version: str | None = None
    from_path: str | None = None
    sha256: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A version to be put together: all files of version `base` but those `without`, then `pieces` and `placed` ones.

    A path in `without` that ends with `/` means everything in that folder. `placed` files lie outside the store.
    """

    pieces: Sequence[Piece] = ()
    placed: Sequence[tuple[FileEntry, Source]] = ()
    base: int | None = None
    without: Sequence[str] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict)
