"""What others may do inside a transaction of the core. A hook does SQL only; its failure fails the deed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol


class Transaction(Protocol):
    """An open transaction; only a store looks inside."""


@dataclass(frozen=True, kw_only=True)
class PublishedVersion:
    """A version as it was just published."""

    id: str
    dataset_id: str
    metadata: Mapping[str, Any]


class VersionPublished(Protocol):
    """Called inside the transaction that publishes versions, once for all of them, or changes their data sets."""

    def versions_published(self, tx: Transaction, versions: Sequence[PublishedVersion]) -> None:
        """Do what belongs to the publishing of these versions, such as their catalogue rows."""

    def dataset_changed(self, tx: Transaction, dataset_id: str) -> None:
        """Do what belongs to a change of name, texts or labels, to the trash and back, to a version removed."""


class AccessChanged(Protocol):
    """Called inside the transaction that changes who has which role on a thing."""

    def access_changed(self, tx: Transaction, kind: str, thing: str) -> None:
        """Do what belongs to it, such as keeping who may read the thing with its copies."""


@dataclass(frozen=True, kw_only=True)
class CreatedUser:
    """A user as it was just created; `space` is the id that their own project shall have."""

    id: str
    username: str
    principal: int
    space: str


class UserCreated(Protocol):
    """Called inside the transaction that creates a user."""

    def user_created(self, tx: Transaction, user: CreatedUser) -> None:
        """Do what belongs to the arrival of `user`, such as their own project."""


class Removing(Protocol):
    """Called inside the transaction that removes an organisation, a unit, a product, a project or a user."""

    def removing(self, tx: Transaction, thing: str) -> None:
        """Raise Conflict while something still belongs to the thing of this id."""


@dataclass(frozen=True, kw_only=True)
class ProcessingCharged:
    """What an instance is charged now; `final`: it changes no more. `sqn` counts its changes from 1.

    `code` is the number of its authority, `detail` what else is known of it.
    """

    product: str
    unit: str
    organisation: str
    instance: str
    name: str
    username: str
    code: int
    sqn: int
    cost: Decimal
    coins: Decimal
    final: bool
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StorageCharged:
    """What a day of storage was charged, at its peak; it changes no more."""

    product: str
    unit: str
    organisation: str
    day: date
    peak_bytes: int
    coins: Decimal


class Charged(Protocol):
    """Called inside the transaction that changes what something is charged."""

    def processing_charged(self, tx: Transaction, charge: ProcessingCharged) -> None:
        """Do what belongs to the change of an instance's charge."""

    def storage_charged(self, tx: Transaction, charge: StorageCharged) -> None:
        """Do what belongs to the end of a day of storage."""
