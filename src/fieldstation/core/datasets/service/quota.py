"""What a person may keep, and the error for more than that."""

from fieldstation.core.datasets.model import Account
from fieldstation.core.datasets.store import accounts
from fieldstation.core.people.service import People
from fieldstation.db import Tx
from fieldstation.kernel.errors import TooLarge


class Quotas:
    """Tells accounts; `quota_bytes` is what a person may keep unless given another quota."""

    def __init__(self, people: People, quota_bytes: int) -> None:
        self._people = people
        self.usual_bytes = quota_bytes

    def account(self, tx: Tx, owner: str) -> Account:
        """Return what the user of this id keeps, has reserved, and may keep."""
        own = self._people.users.get(tx, owner).quota_bytes
        return accounts.read(tx, owner, self.usual_bytes if own is None else own)

    def require(self, tx: Tx, owner: str, size: int) -> None:
        """Return when `size` bytes more fit; TooLarge (`over_quota`) otherwise."""
        account = self.account(tx, owner)
        if size > account.free:
            raise over_quota(
                f"{size} bytes do not fit: of a quota of {account.quota} bytes, {account.used} are used and"
                f" {account.reserved} reserved by uploads under way, so {account.free} are free"
            )

    def charge(self, tx: Tx, owner: str, size: int) -> None:
        """Count `size` bytes more to what a user keeps (negative: fewer)."""
        accounts.charge(tx, {owner: size})


def over_quota(text: str) -> TooLarge:
    """Return the error for more than a person may keep."""
    return TooLarge(
        text,
        next_step="put data sets that nobody needs into the trash, or ask an operator for a larger quota",
        reason="over_quota",
    )
