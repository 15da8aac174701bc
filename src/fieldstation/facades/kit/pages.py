"""Pages as requests ask for them and answers give them."""

from collections.abc import Callable, Sequence
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


def page_request(parts: int) -> Callable[..., PageRequest]:
    """Return the dependency that reads `limit` and `after`, for a list whose key has `parts` texts."""

    def read(
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="at most so many items")] = DEFAULT_LIMIT,
        after: Annotated[Cursor | None, Query(description="`next` of the page before")] = None,
    ) -> PageRequest:
        return PageRequest(limit=limit, after=read_cursor(after, parts) if after is not None else None)

    return read


ById = Annotated[PageRequest, Depends(page_request(1))]


def page_out(page: Page[Source], write: Callable[[Source], Item]) -> PageOut[Item]:
    """Write each item of a page with `write`."""
    return PageOut(items=[write(item) for item in page.items], next=page.next)
