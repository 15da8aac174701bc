"""Whoever changes their account and whoever notes that they were seen do not wait for each other in a circle."""

from fieldstation.core.people.store import accounts
from tests.integration.people.station import Person, Station


def test_a_user_is_seen_while_their_account_is_changed(station: Station, ada: Person) -> None:
    user = ada.caller.user_id
    with station.database.begin() as changing:
        accounts.lock(changing, user)
        with station.database.begin() as noting:
            accounts.seen(noting, [user])
        accounts.keep(
            changing, {"id": user, "private": True, "admin": False, "impersonates": None, "impersonating": True}
        )
    with station.database.begin() as tx:
        row = accounts.account(tx, user)
    assert row.private
    assert row.last_seen is not None
