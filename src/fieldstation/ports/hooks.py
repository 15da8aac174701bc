"""What others may do inside a transaction of the core. A hook does SQL only; its failure fails the deed."""

from dataclasses import dataclass
from typing import Protocol


class Transaction(Protocol):
    """An open transaction; only a store looks inside."""


class VersionPublished(Protocol):
    """Called inside the transaction that publishes a version."""

    def version_published(self, tx: Transaction, version_id: str) -> None:
        """Do what belongs to the publishing of `version_id`, such as its catalogue row."""


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
