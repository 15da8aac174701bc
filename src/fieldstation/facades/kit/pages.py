"""Pages as requests ask for them and answers give them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from fieldstation.kernel.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, PageRequest, read_cursor

Item = TypeVar("Item")
Source = TypeVar("Source")


Cursor = Annotated[str, Field(max_length=1000, json_schema_extra={"format": "cursor"})]  # opaque: no pattern fits


class PageOut(BaseModel, Generic[Item]):
    """One page; ask again with `after` = `next` until `next` is absent."""

    items: Sequence[Item]
    next: str | None = Field(default=None, description="position behind the last item; absent on the last page")


@dataclass(frozen=True, kw_only=True)
class GivenPage:
    """The page that a request asks for, its position not read yet: who asks is looked at first."""

    limit: int
    after: str | None

    def of(self, parts: int) -> PageRequest:
        """Read the position, for a list whose key has `parts` texts; Invalid where it has others."""
        return PageRequest(limit=self.limit, after=None if self.after is None else read_cursor(self.after, parts))


def _given(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="at most so many items")] = DEFAULT_LIMIT,
    after: Annotated[Cursor | None, Query(description="`next` of the page before")] = None,
) -> GivenPage:
    return GivenPage(limit=limit, after=after)


Given = Annotated[GivenPage, Depends(_given)]


def _by_id(given: Given) -> PageRequest:
    return given.of(1)


ById = Annotated[PageRequest, Depends(_by_id)]


def page_out(page: Page[Source], write: Callable[[Source], Item]) -> PageOut[Item]:
    """Write each item of a page with `write`."""
    return PageOut(items=[write(item) for item in page.items], next=page.next)
