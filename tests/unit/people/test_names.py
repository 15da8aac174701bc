"""What users and groups may be called."""

import pytest

from fieldstation.core.people.service.names import checked_name
from fieldstation.kernel.errors import Invalid

_ID = "user-01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("name", ["ada", "a", "0", "ada@example.org", "ada.l_1-x", "a" * 64])
def test_names_that_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Ada", "everyone", "me", "station", "group:x", "-a", "a b", "a\n", "ä", "a" * 65, _ID]
)
def test_names_that_would_be_misread(name: str) -> None:
    with pytest.raises(Invalid):
        checked_name(name)
