"""The route that searches everything at once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.datasets.model import Dataset, Filter, words_of
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service.users import usernames
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.search import RunSearch
from fieldstation.core.tools.model.published import ToolSummary
from fieldstation.core.tools.service import Tools
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Conflict, Forbidden, NotFound
from fieldstation.kernel.ids import is_id
from fieldstation.kernel.paging import PageRequest

_MOST = 20


class FoundDatasetOut(BaseModel):
    """A data set that was found."""

    id: str
    name: str = Field(examples=["rainfall"])
    title: str
    owner: str = Field(description="username of its owner")
    latest: int = Field(description="number of its newest version; 0 before the first")


class FoundToolOut(BaseModel):
    """A tool that was found, in its newest version."""

    id: str
    name: str = Field(examples=["table-summary"])
    version: str
    title: str


class FoundRunOut(BaseModel):
    """A run that was found."""

    id: str
    name: str | None = None
    tool: str
    state: State
    submitted_by: str
    created_at: str


class SearchOut(BaseModel):
    """What was found of each kind, newest first."""

    datasets: list[FoundDatasetOut]
    tools: list[FoundToolOut]
    runs: list[FoundRunOut]


def router(datasets: Datasets, tools: Tools, runs: RunSearch) -> APIRouter:
    """Return the route of the search."""
    routes = APIRouter(tags=["search"])

    @routes.get(
        "/search",
        operation_id="search",
        summary="Search the data sets, tools and runs that you may see",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def search(
        call: CallerCall,
        q: Annotated[
            Text, Query(min_length=1, max_length=200, description="words of names, titles and labels, or an id")
        ],
        limit: Annotated[int, Query(ge=1, le=_MOST, description="at most so many of each kind")] = 5,
    ) -> SearchOut:
        words = words_of(q)
        if not words:
            return SearchOut(datasets=[], tools=[], runs=[])

        def work(tx: Tx, caller: Caller) -> SearchOut:
            found = _datasets(tx, caller, datasets, words, limit)
            kinds = tools.list(tx, caller, PageRequest(limit=limit), q).items
            started = runs.find(tx, caller, words, [tool.name for tool in kinds], limit)
            return _out(tx, found, kinds, started)

        return await call(work)

    return routes


def _datasets(tx: Tx, caller: Caller, datasets: Datasets, words: Sequence[str], limit: int) -> Sequence[Dataset]:
    """Find data sets by words, or the one whose id, or whose version's id, was given."""
    (word, *more) = words
    if not more and is_id(word, "dataset"):
        return _one(lambda: datasets.show(tx, caller, word))
    if not more and is_id(word, "version"):
        return _one(
            lambda: datasets.show(tx, caller, datasets.resolve(tx, caller, word, Permission.DATASET_READ).dataset_id)
        )
    return datasets.list(tx, caller, Filter(words=tuple(words)), PageRequest(limit=limit)).items


def _one(find: Callable[[], Dataset]) -> Sequence[Dataset]:
    with suppress(NotFound, Conflict, Forbidden):
        return [find()]
    return []


def _out(tx: Tx, found: Sequence[Dataset], kinds: Sequence[ToolSummary], started: Sequence[Run]) -> SearchOut:
    names = usernames(tx, {dataset.owner for dataset in found})
    return SearchOut(
        datasets=[
            FoundDatasetOut(
                id=one.id,
                name=one.name,
                title=one.title,
                owner=names.get(one.owner, one.owner),
                latest=one.latest,
            )
            for one in found
        ],
        tools=[FoundToolOut(id=one.id, name=one.name, version=one.version, title=one.title) for one in kinds],
        runs=[
            FoundRunOut(
                id=one.id,
                name=one.name,
                tool=one.tool_name,
                state=one.state,
                submitted_by=one.username,
                created_at=wire_time(one.created_at),
            )
            for one in started
        ],
    )
