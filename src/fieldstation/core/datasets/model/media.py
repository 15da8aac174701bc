"""Media types: the one given, or what the ending of a name says."""

import mimetypes

from fieldstation.core.datasets.model.manifest import FileEntry

UNKNOWN = "application/octet-stream"
_BY_ENDING = {
    **mimetypes.types_map,  # Python's own table, read before any file of the machine is
    ".bz2": "application/x-bzip2",
    ".fits": "image/fits",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".gz": "application/gzip",
    ".h5": "application/x-hdf5",
    ".hdf5": "application/x-hdf5",
    ".ipynb": "application/x-ipynb+json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".mol": "chemical/x-mdl-molfile",
    ".nc": "application/x-netcdf",
    ".parquet": "application/vnd.apache.parquet",
    ".pdb": "chemical/x-pdb",
    ".sdf": "chemical/x-mdl-sdfile",
    ".smi": "chemical/x-daylight-smiles",
    ".toml": "application/toml",
    ".xz": "application/x-xz",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zst": "application/zstd",
}


def media_type_of(file: FileEntry) -> str:
    """Return the media type of a file; octets where nothing is known."""
    return file.media_type or guessed(file.path)


def guessed(path: str) -> str:
    """Return what the ending of a name says."""
    name = path.rpartition("/")[2]
    _, dot, ending = name.rpartition(".")
    return _BY_ENDING.get(f".{ending.lower()}", UNKNOWN) if dot else UNKNOWN


def worth_keeping(path: str, given: str | None) -> str | None:
    """Return a media type that was given, if it says more than the name does."""
    return None if given in (None, "", UNKNOWN) or given == guessed(path) else given
