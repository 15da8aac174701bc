"""What others may do inside a transaction of the core. A hook does SQL only; its failure fails the deed."""

from typing import Protocol


class Transaction(Protocol):
    """An open transaction; only a store looks inside."""


class VersionPublished(Protocol):
    """Called inside the transaction that publishes a version."""

    def version_published(self, tx: Transaction, version_id: str) -> None:
        """Do what belongs to the publishing of `version_id`, such as its catalogue row."""
