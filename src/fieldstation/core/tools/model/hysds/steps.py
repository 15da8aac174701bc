"""What a worker does before and after the command, by the names that definitions use for it."""

from collections.abc import Mapping
from enum import StrEnum


class Before(StrEnum):
    """A step before the command."""

    LOCALIZE = "localize"  # inputs are brought
    MARK_LOCALIZED = "mark_localized"  # data sets among them are marked, so that they are not published again
    VALIDATE_CHECKSUMS = "validate_checksums"  # files are compared with the checksums beside them


class After(StrEnum):
    """A step after the command."""

    PUBLISH = "publish"  # after success: products become data sets
    TRIAGE = "triage"  # after a failure: what is left is kept


BEFORE: Mapping[str, Before] = {
    **{
        f"hysds.{module}.{name}": Before.LOCALIZE
        for module in ("localize", "utils")
        for name in ("localize_urls", "localize_urls_parallel")
    },
    **{f"hysds.{module}.mark_localized_datasets": Before.MARK_LOCALIZED for module in ("utils", "localize")},
    **{f"hysds.{module}.validate_checksum_files": Before.VALIDATE_CHECKSUMS for module in ("utils", "localize")},
}
AFTER: Mapping[str, After] = {
    **{
        f"hysds.{module}.{name}": After.PUBLISH
        for module in ("dataset_ingest_bulk", "dataset_ingest", "utils")
        for name in ("publish_datasets", "publish_datasets_parallel")
    },
    **{f"hysds.{module}.triage": After.TRIAGE for module in ("triage", "utils")},
}
BUILT_IN_BEFORE = (Before.LOCALIZE, Before.MARK_LOCALIZED, Before.VALIDATE_CHECKSUMS)
BUILT_IN_AFTER = (After.PUBLISH,)
