"""What people can do for the rest of the station."""

from fieldstation.core.people.service.access import Access, Member, Visible
from fieldstation.core.people.service.accounts import Account, AccountChange, Accounts
from fieldstation.core.people.service.acting import Acting, BrowserActing
from fieldstation.core.people.service.organisations import Organisations
from fieldstation.core.people.service.people import People
from fieldstation.core.people.service.tokens import RunTokens
from fieldstation.core.people.service.units import Unit, Units
from fieldstation.core.people.service.users import NewUser, User

__all__ = [
    "Access",
    "Account",
    "AccountChange",
    "Accounts",
    "Acting",
    "BrowserActing",
    "Member",
    "NewUser",
    "Organisations",
    "People",
    "RunTokens",
    "Unit",
    "Units",
    "User",
    "Visible",
]
