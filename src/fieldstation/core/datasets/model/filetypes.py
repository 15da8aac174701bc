"""Types of files that may become versions of data sets on their own, and the endings that their names must have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldstation.kernel.errors import Invalid

GZIP = ".gz"  # may follow every ending


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A media type, and the endings (with their dot) of the names of its files."""

    mime: str
    extensions: tuple[str, ...]
    text: bool = True

    def fits(self, name: str) -> bool:
        """Whether a file of this name may be of this type."""
        plain = name.lower().removesuffix(GZIP)
        return any(plain.endswith(extension) and plain != extension for extension in self.extensions)


def _type(mime: str, *extensions: str, text: bool = True) -> FileType:
    return FileType(mime=mime, extensions=extensions, text=text)


BUILT_IN: Sequence[FileType] = (
    _type("chemical/x-mdl-sdfile", ".sdf", ".sd"),
    _type("chemical/x-mdl-molfile", ".mol"),
    _type("chemical/x-pdb", ".pdb", ".ent"),
    _type("chemical/x-mmcif", ".cif", ".mmcif"),
    _type("chemical/x-mol2", ".mol2"),
    _type("chemical/x-xyz", ".xyz"),
    _type("chemical/x-daylight-smiles", ".smi", ".smiles"),
    _type("squonk/x-smiles", ".smi", ".smiles"),
    _type("text/csv", ".csv"),
    _type("text/tab-separated-values", ".tsv", ".tab"),
    _type("text/plain", ".txt", ".text"),
    _type("text/markdown", ".md"),
    _type("application/json", ".json"),
    _type("application/jsonl", ".jsonl"),
    _type("application/geo+json", ".geojson"),
    _type("application/yaml", ".yaml", ".yml"),
    _type("application/pdf", ".pdf", text=False),
    _type("application/zip", ".zip", text=False),
    _type("application/x-tar", ".tar", text=False),
    _type("application/x-netcdf", ".nc", text=False),
    _type("application/x-hdf5", ".h5", ".hdf5", text=False),
    _type("application/vnd.apache.parquet", ".parquet", text=False),
    _type("image/tiff", ".tif", ".tiff", text=False),
    _type("image/png", ".png", text=False),
    _type("image/jpeg", ".jpg", ".jpeg", text=False),
    _type("application/octet-stream", ".bin", ".dat", text=False),
)


class FileTypes:
    """The types that a station knows: those built in, and `more`, which win over those of the same media type."""

    def __init__(self, more: Iterable[FileType] = ()) -> None:
        self._by_mime: Mapping[str, FileType] = {one.mime: one for one in (*BUILT_IN, *more)}

    def all(self) -> Sequence[FileType]:
        """Return every type, by media type."""
        return sorted(self._by_mime.values(), key=lambda one: one.mime)

    def fitting(self, mime: str, name: str) -> FileType:
        """Return the type of this media type, which must be known and fit the name; Invalid (`media_type`)."""
        found = self._by_mime.get(mime.strip().lower())
        if found is None:
            raise Invalid(
                f"{mime[:100]!r} is no type of data set here",
                next_step="GET /data-manager-api/type lists those that are",
                reason="media_type",
            )
        if not found.fits(name):
            endings = ", ".join(found.extensions)
            raise Invalid(
                f"a file called {name[:100]!a} is not taken for {found.mime}",
                next_step=f"have its name end with one of {endings}, each also with {GZIP} behind it",
                reason="media_type",
            )
        return found

    def text(self, mime: str) -> bool:
        """Whether files of this media type are text."""
        found = self._by_mime.get(mime)
        return found is not None and found.text


def read_types(text: str) -> Sequence[FileType]:
    """Read `mime=.ext,.ext2;mime2=.ext3` as operators write it; raises ValueError, naming what is wrong."""
    return [_read(one) for one in text.split(";") if one.strip()]


def _read(text: str) -> FileType:
    mime, equals, endings = text.strip().partition("=")
    extensions = tuple(one.strip().lower() for one in endings.split(",") if one.strip())
    if not equals or mime.count("/") != 1 or not extensions or any(one[0] != "." or len(one) < 2 for one in extensions):
        raise ValueError(f"{text.strip()!r} is not written like text/x-mine=.mine,.own")
    return FileType(mime=mime.strip().lower(), extensions=extensions, text=mime.strip().lower().startswith("text/"))
