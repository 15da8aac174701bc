"""Very many molecules in a station: written by its own code, from fingerprints that were made before."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import text

from bench import plain
from bench.stations import Bench
from bench.structures import Prints, structure
from fieldstation.core.molecules.model.forms import Form
from fieldstation.core.molecules.model.values import BLOCK, Molecule, Part, Slice
from fieldstation.core.molecules.service import MoleculeReadings, MoleculeSearch
from fieldstation.core.people.model import EVERYONE, Caller
from fieldstation.db import Database, Tx
from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.db.embedded.configuration import ADMIN_ROLE
from fieldstation.gateways.molecules.programs.load import slices
from fieldstation.settings import Settings
from fieldstation.wiring.features import build_features
from fieldstation.wiring.storages import build_storages

_DATASETS = 100  # one of which the reader of few may read
_TOGETHER = 1_000  # molecules that are written in one transaction, or those of one file
_USER = text("SELECT id, principal, operator, space FROM station_user WHERE username = :username")


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """What is searched: the station's own search, and the same fingerprints in plain tables."""

    database: Database
    search: MoleculeSearch
    everybody: Caller
    few: Caller
    plain: plain.Plain
    readings: MoleculeReadings

    def settle(self) -> None:
        """Have time pass until all is swept away that was merged, and give its room back."""
        later = Database(self.database.dsn, name="bench")
        later.session["fieldstation.time_shift"] = "1 hour"
        while later.retrying(self.readings.tidy):
            pass
        later.close()
        with psycopg.connect(self.database.dsn, autocommit=True) as connection:
            connection.execute("VACUUM FULL molecule_slice, molecule_run, molecule_segment")


def filled(bench: Bench, prints: Prints, files: int) -> Corpus:
    """Write molecules into a hundred data sets, as so many files of one size; some may read one data set alone."""
    database = Database(bench.database_url, name="bench")
    settings = Settings(data=bench.data)
    molecules = build_features(settings, build_storages(settings), {}, "").molecules
    versions = list(_versions(bench))
    size = len(prints) // files
    sources: list[tuple[int, Prints]] = []
    while len(sources) < files:
        with database.begin() as tx:
            for number in range(len(sources), min(len(sources) + max(1, _TOGETHER // size), files)):
                chosen = prints[number * size : (number + 1) * size]
                written = _written(tx, molecules.readings, versions[number % _DATASETS], (number * size, chosen))
                sources.append((written, chosen))
    while database.retrying(molecules.readings.tidy):
        pass
    plain.fill(EmbeddedPostgres(bench.data).url(role=ADMIN_ROLE), sources)
    with psycopg.connect(bench.database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return Corpus(
        database=database,
        search=molecules.search,
        everybody=_caller(database, "admin"),
        few=_caller(database, _reader(bench)),
        readings=molecules.readings,
        plain=plain.Plain(connection=psycopg.connect(bench.database_url, autocommit=True)),
    )


def _versions(bench: Bench) -> Iterator[str]:
    """Make the data sets, each with a version whose files are then said to be those that are written."""
    for number in range(_DATASETS):
        name = f"molecules-{number}"
        bench.http.post("/api/v1/datasets", json={"name": name}).raise_for_status()
        files = {"files": ("said.txt", f"{number}".encode())}
        made = bench.http.post(f"/api/v1/datasets/{name}/versions", files=files).raise_for_status()
        yield made.json()["id"]


def _written(tx: Tx, readings: MoleculeReadings, version: str, written: tuple[int, Prints]) -> int:
    """Write a file of molecules, the first of which has this number; returns its source."""
    first, prints = written
    path = f"molecules-{first}.smi"
    sha256 = hashlib.sha256(path.encode()).hexdigest()
    source = readings.begin(tx, version, (path, sha256), Form.SMILES, header=False)
    blocks = -(-len(prints) // BLOCK)
    for block in range(blocks):
        begin = block * BLOCK
        readings.add(tx, source.key, _part(block, first + begin, prints[begin : begin + BLOCK]))
    readings.end(tx, source.key, blocks)
    return source.key


def _part(block: int, first: int, prints: Prints) -> Part:
    found = slices([(one[0].tobytes(), one[1].tobytes()) for one in prints])
    return Part(
        block=block,
        rows=[
            Molecule(
                source=0,
                index=block * BLOCK + place,
                line=block * BLOCK + place + 1,
                name=f"m{first + place}",
                smiles=structure(first + place),
                inchikey=None,
            )
            for place in range(len(prints))
        ],
        counts=_slices(found["counts"]),
        morgan=_slices(found["morgan"]),
        pattern=_slices(found["pattern"]),
    )


def _slices(found: Sequence[Sequence[Any]]) -> Sequence[Slice]:
    return [Slice(bit=bit, molecules=bytes.fromhex(molecules)) for bit, molecules in found]


def _reader(bench: Bench) -> str:
    """Make somebody who may read the first of the data sets alone."""
    bench.http.post("/api/v1/users", json={"username": "few", "password": secrets.token_urlsafe(12)}).raise_for_status()
    bench.http.put("/api/v1/datasets/molecules-0/members/few", json={"role": "reader"}).raise_for_status()
    return "few"


def _caller(database: Database, username: str) -> Caller:
    with database.begin() as tx:
        row = tx.one(_USER, {"username": username})
    return Caller(
        user_id=row.id,
        username=username,
        principal=row.principal,
        principals=(row.principal, EVERYONE),
        operator=row.operator,
        space=row.space,
    )
