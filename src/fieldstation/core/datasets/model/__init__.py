"""What data sets, versions, files and references are, and which of them are well formed."""

from fieldstation.core.datasets.model.arrival import (
    Arrival,
    Due,
    Received,
    SingleFile,
    Stage,
    Wanted,
    base_name,
    checked_file_name,
    name_for,
)
from fieldstation.core.datasets.model.citation import Citation, cite
from fieldstation.core.datasets.model.filetypes import FileType, FileTypes, read_types
from fieldstation.core.datasets.model.finding import Facets, Filter, Origin, words_of
from fieldstation.core.datasets.model.folder import Folder, folder_path
from fieldstation.core.datasets.model.garbage import Plan, Share, Trashed
from fieldstation.core.datasets.model.manifest import FileEntry, Manifest, manifest_of
from fieldstation.core.datasets.model.media import guessed, media_type_of, worth_keeping
from fieldstation.core.datasets.model.names import check_paths, folded, name_fault, path_fault
from fieldstation.core.datasets.model.recipe import Piece, Recipe
from fieldstation.core.datasets.model.reference import Reference, read_reference
from fieldstation.core.datasets.model.schema import check_metadata, check_schema
from fieldstation.core.datasets.model.values import (
    Account,
    Change,
    Dataset,
    DatasetName,
    Destination,
    NewDataset,
    NewVersion,
    Source,
    Upload,
    Version,
    VersionRef,
)

__all__ = [
    "Account",
    "Arrival",
    "Change",
    "Citation",
    "Dataset",
    "DatasetName",
    "Destination",
    "Due",
    "Facets",
    "FileEntry",
    "FileType",
    "FileTypes",
    "Filter",
    "Folder",
    "Manifest",
    "NewDataset",
    "NewVersion",
    "Origin",
    "Piece",
    "Plan",
    "Received",
    "Recipe",
    "Reference",
    "Share",
    "SingleFile",
    "Source",
    "Stage",
    "Trashed",
    "Upload",
    "Version",
    "VersionRef",
    "Wanted",
    "base_name",
    "check_metadata",
    "check_paths",
    "check_schema",
    "checked_file_name",
    "cite",
    "folded",
    "folder_path",
    "guessed",
    "manifest_of",
    "media_type_of",
    "name_fault",
    "name_for",
    "path_fault",
    "read_reference",
    "read_types",
    "words_of",
    "worth_keeping",
]
