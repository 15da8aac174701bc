"""What data sets, versions, files and references are, and which of them are well formed."""

from fieldstation.core.datasets.model.citation import Citation, cite
from fieldstation.core.datasets.model.finding import Facets, Filter, Origin, words_of
from fieldstation.core.datasets.model.folder import Folder, folder_path
from fieldstation.core.datasets.model.garbage import Plan, Share, Trashed
from fieldstation.core.datasets.model.manifest import FileEntry, Manifest, manifest_of
from fieldstation.core.datasets.model.media import media_type_of, worth_keeping
from fieldstation.core.datasets.model.names import check_paths, folded, name_fault, path_fault
from fieldstation.core.datasets.model.recipe import Piece, Recipe
from fieldstation.core.datasets.model.reference import Reference, read_reference
from fieldstation.core.datasets.model.schema import check_metadata, check_schema
from fieldstation.core.datasets.model.values import (
    Account,
    Change,
    Dataset,
    DatasetName,
    NewDataset,
    NewVersion,
    Source,
    Upload,
    Version,
    VersionRef,
)

__all__ = [
    "Account",
    "Change",
    "Citation",
    "Dataset",
    "DatasetName",
    "Facets",
    "FileEntry",
    "Filter",
    "Folder",
    "Manifest",
    "NewDataset",
    "NewVersion",
    "Origin",
    "Piece",
    "Plan",
    "Recipe",
    "Reference",
    "Share",
    "Source",
    "Trashed",
    "Upload",
    "Version",
    "VersionRef",
    "check_metadata",
    "check_paths",
    "check_schema",
    "cite",
    "folded",
    "folder_path",
    "manifest_of",
    "media_type_of",
    "name_fault",
    "path_fault",
    "read_reference",
    "words_of",
    "worth_keeping",
]
