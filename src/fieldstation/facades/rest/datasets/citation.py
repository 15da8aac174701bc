"""The route that cites a version."""

from urllib.parse import quote

from fastapi import APIRouter
from pydantic import BaseModel, Field, JsonValue

from fieldstation.core.datasets.model import cite
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.parts import Number, Parts


class CitationOut(BaseModel):
    """A version, cited in the forms that people need."""

    text: str = Field(description="a sentence")
    bibtex: str = Field(description="an entry for BibTeX")
    csl: dict[str, JsonValue] = Field(description="an item of CSL-JSON")
    url: str = Field(description="where the version is found", examples=["https://station.example/data/dataset-…"])


def add_routes(routes: APIRouter, parts: Parts) -> None:
    """Add the route of citations."""

    @routes.get(
        "/datasets/{reference}/versions/{number}/citation",
        operation_id="cite_version",
        summary="Cite a version: as text, BibTeX and CSL-JSON",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def citation(reference: str, number: Number, call: CallerCall) -> CitationOut:
        def work(tx: Tx, caller: Caller) -> CitationOut:
            dataset = parts.datasets.show(tx, caller, reference)
            version = parts.datasets.version(tx, caller, dataset.id, number)
            owner = parts.people.users.get(tx, dataset.owner)
            url = f"{parts.address}/data/{quote(dataset.id)}?version={version.number}"
            cited = cite(dataset, version, owner.name or owner.username, url)
            return CitationOut(text=cited.text, bibtex=cited.bibtex, csl=dict(cited.csl), url=url)

        return await call(work)
