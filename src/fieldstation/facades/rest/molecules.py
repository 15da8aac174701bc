"""Routes of molecules: found by their structure, listed by version, read, drawn."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from fieldstation.core.molecules.model.values import Hit, Molecule, Reading
from fieldstation.core.molecules.service import MoleculeReadings
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.molecules import FindingMolecules
from fieldstation.facades.kit.pages import Cursor, Given, PageOut
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.datasets.parts import Number
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import DEFAULT_LIMIT, Page, PageRequest, read_cursor

LEAST_SIMILAR = 0.2  # below it nearly everything is alike
MOST = 200  # molecules of a page
_LENGTH = 20_000
_SVG = "image/svg+xml"
_IMAGE = {"content": {_SVG: {"schema": {"type": "string"}}}, "description": "an image"}
Structure = Annotated[Text, Query(min_length=1, max_length=_LENGTH)]


class MoleculeOut(BaseModel):
    """A record of a file; one that could not be read has no `smiles`, and its `fault` says why."""

    path: str = Field(description="the file")
    index: int = Field(description="place among the records of its file, from 0")
    line: int = Field(description="first line of the record, from 1")
    name: str
    smiles: str | None = Field(default=None, description="canonical SMILES")
    inchikey: str | None = Field(default=None, examples=["LFQSCWFLJHTTHZ-UHFFFAOYSA-N"])
    properties: dict[str, str]
    fault: str | None = None


class FoundMoleculeOut(MoleculeOut):
    """A molecule that was found, in the newest version with its file that you may read."""

    dataset: str = Field(description="id of the data set")
    dataset_name: str
    version: int
    similarity: float | None = Field(default=None, description="Tanimoto similarity of Morgan fingerprints, 0 to 1")


class ReadingOut(BaseModel):
    """How far the molecules of a file are read."""

    path: str
    state: str = Field(examples=["done"], description="`reading`, `done` or `failed`")
    records: int
    faults: int = Field(description="records that could not be read")
    fault: str | None = Field(default=None, description="why the file could not be read to its end")


class MoleculesOut(PageOut[MoleculeOut]):
    """A page of the molecules of a version, and how far its files are read; no files: none was asked to be."""

    files: list[ReadingOut]


class LoadingOut(BaseModel):
    """The task that reads the molecules."""

    task: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is searched for: exactly one of the first three."""

    exact: str | None
    substructure: str | None
    similar: str | None
    threshold: float

    def check(self) -> None:
        """Invalid unless exactly one thing is searched for."""
        if sum(one is not None for one in (self.exact, self.substructure, self.similar)) != 1:
            raise Invalid(
                "it is not clear what is searched for", next_step="give one of exact, substructure and similar"
            )


def _wanted(
    exact: Annotated[Structure | None, Query(description="SMILES, InChI, InChIKey or molfile")] = None,
    substructure: Annotated[Structure | None, Query(description="SMARTS or SMILES of a part")] = None,
    similar: Annotated[Structure | None, Query(description="SMILES, InChI or molfile")] = None,
    threshold: Annotated[float, Query(ge=LEAST_SIMILAR, le=1, description="least similarity")] = 0.7,
) -> Wanted:
    return Wanted(exact=exact, substructure=substructure, similar=similar, threshold=threshold)


def router(finding: FindingMolecules, readings: MoleculeReadings) -> APIRouter:
    """Return the routes of molecules."""
    routes = APIRouter(tags=["molecules"])
    _add_search(routes, finding)
    _add_versions(routes, finding, readings)
    return routes


def _add_search(routes: APIRouter, finding: FindingMolecules) -> None:
    @routes.get(
        "/molecules",
        operation_id="search_molecules",
        summary="Find molecules by their structure in all data sets that you may read",
        description=(
            "Exactly one of `exact`, `substructure` and `similar`. A page of a substructure may have fewer items than "
            "`limit` allows, or none, and yet have a `next`: the station answers after some seconds with what it found."
        ),
        response_model_exclude_none=True,
        responses=responses(409),
    )
    async def search(
        call: CallerCall,
        wanted: Annotated[Wanted, Depends(_wanted)],
        limit: Annotated[int, Query(ge=1, le=MOST, description="at most so many items")] = DEFAULT_LIMIT,
        after: Annotated[Cursor | None, Query(description="`next` of the page before")] = None,
    ) -> PageOut[FoundMoleculeOut]:
        await call(lambda _tx, _caller: wanted.check())  # nothing is read for strangers
        key = None if after is None else read_cursor(after, 3 if wanted.similar is not None else 2)
        page = PageRequest(limit=limit, after=key)
        if wanted.exact is not None:
            return _found(await finding.exact(call, wanted.exact, page))
        if wanted.substructure is not None:
            return _found(await finding.having(call, wanted.substructure, page))
        return _found(await finding.similar(call, wanted.similar or "", wanted.threshold, page))

    @routes.get(
        "/molecules/drawing",
        operation_id="draw_molecule",
        summary="Draw a molecule",
        response_class=Response,
        responses={
            **responses(409),
            200: {"content": {_SVG: {"schema": {"type": "string"}}}, "description": "an image"},
        },
    )
    async def draw(
        call: CallerCall,
        smiles: Annotated[Structure, Query(description="SMILES, InChI or molfile")],
        part: Annotated[Structure | None, Query(description="SMARTS or SMILES of a part to be shown")] = None,
    ) -> Response:
        await call(lambda _tx, _caller: None)
        image = await finding.movers.run(lambda: finding.chemistry.drawing(smiles, part))
        headers = {
            "Cache-Control": "private, max-age=86400",
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(image, media_type=_SVG, headers=headers)


def _add_versions(routes: APIRouter, finding: FindingMolecules, readings: MoleculeReadings) -> None:
    path = "/datasets/{reference}/versions/{number}/molecules"

    @routes.get(
        path,
        operation_id="list_molecules",
        summary="List the molecules of a version, by file and place",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def listed(
        reference: str,
        number: Number,
        call: CallerCall,
        page: Given,
        faulty: Annotated[bool, Query(description="only records that could not be read")] = False,
    ) -> MoleculesOut:
        def work(tx: Tx, caller: Caller) -> MoleculesOut:
            version, found = finding.search.of_version(tx, caller, reference, number, page.of(2), faulty=faulty)
            files = [_reading(one) for one in readings.of_version(tx, version)]
            return MoleculesOut(
                items=[MoleculeOut(path=file, **_fields(one)) for file, one in found.items],
                next=found.next,
                files=files,
            )

        return await call(work)

    @routes.post(
        path,
        operation_id="read_molecules",
        summary="Have the molecules of a version be read, so that they can be found; the task tells when they are",
        status_code=HTTPStatus.ACCEPTED,
        responses=responses(403, 404, 409),
    )
    async def read(reference: str, number: Number, call: CallerCall) -> LoadingOut:
        task = await call(lambda tx, caller: readings.ask(tx, caller, reference, number))
        return LoadingOut(task=task.id)


def _found(page: Page[Hit]) -> PageOut[FoundMoleculeOut]:
    return PageOut(
        items=[
            FoundMoleculeOut(
                path=hit.place.path,
                dataset=hit.place.dataset_id,
                dataset_name=hit.place.dataset_name,
                version=hit.place.number,
                similarity=hit.similarity,
                **_fields(hit.molecule),
            )
            for hit in page.items
        ],
        next=page.next,
    )


def _fields(one: Molecule) -> dict[str, object]:
    return {
        "index": one.index,
        "line": one.line,
        "name": one.name,
        "smiles": one.smiles,
        "inchikey": one.inchikey,
        "properties": dict(one.properties),
        "fault": one.fault,
    }


def _reading(one: Reading) -> ReadingOut:
    return ReadingOut(path=one.path, state=one.state, records=one.records, faults=one.faults, fault=one.fault)
