"""Molecules of very many small files share segments: whoever searches finds all of theirs, and nothing else."""

import hashlib
import random
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import text

from fieldstation.core.molecules.model.forms import Form
from fieldstation.core.molecules.model.prints import bits_of, ones_of
from fieldstation.core.molecules.model.values import Molecule, Part, Slice
from fieldstation.core.molecules.service import MoleculeReadings, MoleculeSearch, Query
from fieldstation.core.people.model import Caller
from fieldstation.db import migrate, steps
from fieldstation.kernel.paging import PageRequest, read_cursor
from tests.cluster import Cluster
from tests.integration.datasets.station import Person, Station

DATASETS, FILES, EACH = 6, 60, 11


def fingerprint(number: int) -> int:
    return sum(1 << bit for bit in random.Random(number).sample(range(40), 12))


def sliced(prints: Sequence[int], bits: int = 40) -> list[Slice]:
    size = (len(prints) + 7) // 8
    found = ((bit, sum(1 << place for place, one in enumerate(prints) if one >> bit & 1)) for bit in range(bits))
    return [Slice(bit=bit, molecules=number.to_bytes(size, "little")) for bit, number in found if number]


def part(first: int, count: int = EACH) -> Part:
    prints = [fingerprint(first + place) for place in range(count)]
    rows = [
        Molecule(source=0, index=place, line=place, name=f"m{first + place}", smiles="C", inchikey=None)
        for place in range(count)
    ]
    counts = sliced([one.bit_count() for one in prints], 16)
    return Part(block=0, rows=rows, counts=counts, morgan=sliced(prints), pattern=sliced(prints))


class Library:
    """Files of some molecules each, in data sets of two people, and what a look at each molecule finds."""

    def __init__(self, station: Station, owners: Sequence[Person]) -> None:
        self.station = station
        self.readings = MoleculeReadings(station.datasets, station.tasks)
        self.search = MoleculeSearch(station.people, station.datasets)
        self.has: dict[int, Person] = {}
        self.versions: dict[int, str] = {}
        self.hours = 0
        for number in range(DATASETS):
            owner = owners[number % len(owners)]
            self.versions[number] = owner.send(owner.make(f"files-{number}"), {"a.smi": b"C"}).json()["id"]
        for number in range(FILES):
            self.has[number] = owners[number % DATASETS % len(owners)]
            self.add(number)

    def add(self, number: int) -> None:
        sha256 = hashlib.sha256(str(number).encode()).hexdigest()
        with self.station.database.begin() as tx:
            source = self.readings.begin(
                tx, self.versions[number % DATASETS], (f"{number}.smi", sha256), Form.SMILES, header=False
            )
            assert self.readings.add(tx, source.key, part(number * EACH))
            self.readings.end(tx, source.key, 1)

    def forget(self, datasets: Sequence[int]) -> None:
        with self.station.database.begin() as tx:
            self.readings.forget(tx, [self.versions[number] for number in datasets])
        self.has = {number: owner for number, owner in self.has.items() if number % DATASETS not in datasets}

    def tidy(self) -> None:
        """Do all that there is to do, two hours passing each time."""
        more = True
        while more:
            self.hours += 2
            with self.station.database.begin() as tx:
                tx.execute(text(f"SET LOCAL fieldstation.time_shift = '{self.hours} hours'"))
                more = self.readings.tidy(tx)

    def expected(self, person: Person, query: int, threshold: float) -> list[tuple[str, float]]:
        found = []
        for number, owner in self.has.items():
            for place in range(EACH if owner is person else 0):
                one = fingerprint(number * EACH + place)
                found.append(((one & query).bit_count() / (one | query).bit_count(), number * EACH + place))
        ranked = sorted((one for one in found if one[0] >= threshold), key=lambda one: (-one[0], one[1]))
        return [(f"m{number}", similarity) for similarity, number in ranked]

    def similar(self, caller: Caller, query: int, threshold: float) -> Iterator[tuple[str, float]]:
        after = None
        while True:
            with self.station.database.begin() as tx:
                asked = Query(smiles=None, inchikey=None, morgan=query.to_bytes(256, "little"), pattern=b"")
                page = self.search.similar(tx, caller, asked, threshold, PageRequest(limit=20, after=after))
            for hit in page.items:
                yield hit.molecule.name, hit.similarity or 0.0
            if page.next is None:
                return
            after = read_cursor(page.next, 3)

    def screened(self, caller: Caller, part: int) -> Iterator[str]:
        after: tuple[str, ...] | None = None
        while True:
            with self.station.database.begin() as tx:
                asked = Query(smiles=None, inchikey=None, morgan=b"", pattern=part.to_bytes(256, "little"))
                found = self.search.screen(tx, caller, asked, after, 16)
            yield from (hit.molecule.name for hit in found.hits)
            after = found.next
            if after is None:
                return


@pytest.fixture
def library(station: Station, ada: Person, bob: Person) -> Library:
    return Library(station, [ada, ada, bob])


def right(library: Library, person: Person) -> None:
    """Hold what a person finds against a look at each of their molecules."""
    for number in (0, 500):
        query = fingerprint(number)
        for threshold in (0.25, 0.4):
            found = list(library.similar(person.caller, query, threshold))
            assert found == library.expected(person, query, threshold)
        few = sum(1 << bit for bit in bits_of(query.to_bytes(256, "little"))[:3])
        having = [
            f"m{file * EACH + place}"
            for file, owner in sorted(library.has.items())
            for place in range(EACH)
            if owner is person and fingerprint(file * EACH + place) & few == few
        ]
        assert list(library.screened(person.caller, few)) == having
        assert having


def counted(library: Library, table: str) -> int:
    with library.station.database.begin() as tx:
        return int(tx.scalar(text(f"SELECT count(*) FROM {table}")))


def test_files_that_share_segments_are_searched_as_if_each_were_alone(
    library: Library, ada: Person, bob: Person
) -> None:
    assert counted(library, "molecule_segment") == FILES
    for person in (ada, bob):
        right(library, person)
    library.tidy()
    assert counted(library, "molecule_segment") < FILES / 4
    for person in (ada, bob):
        right(library, person)
    library.forget([0, 1, 2, 5])
    right(library, ada)
    library.tidy()
    assert counted(library, "molecule_run") == FILES / 3
    right(library, ada)
    library.forget(range(DATASETS))
    for _ in range(2):  # what nobody has any more is kept a while for searches that know of it
        library.tidy()
    for table in ("molecule", "molecule_run", "molecule_slice", "molecule_segment", "molecule_source"):
        assert counted(library, table) == 0, table


_BEFORE = "Fingerprints by bits lie in segments"
_KINDS = "SELECT kind, bit, molecules FROM molecule_slice s JOIN molecule_run r ON r.segment = s.segment"


def test_what_was_read_by_an_older_release_is_kept(cluster: Cluster) -> None:
    """A block of it becomes a segment, and the bits of each molecule, one number then, become slices of digits."""
    parts = {block: part(block * 4_096, count) for block, count in ((0, 50), (1, 9))}
    with cluster.database("template0") as database:
        planned = steps.plan(database)
        place = next(place for place, step in enumerate(planned) if step.title.startswith(_BEFORE))
        migrate.upgrade(database, to=planned[place - 1].revision)
        with database.begin() as tx:
            for block, one in parts.items():
                prints = [fingerprint(block * 4_096 + row.index) for row in one.rows]
                counts = b"".join(print_.bit_count().to_bytes(2, "little") for print_ in prints)
                tx.copy("molecule_block (source, block, counts)", iter([(7, block, counts)]))
                rows = [
                    (7, kind, found.bit, block, int.from_bytes(found.molecules, "little").bit_count(), found.molecules)
                    for kind, slices in ((1, one.morgan), (2, one.pattern))
                    for found in slices
                ]
                tx.copy("molecule_slice (source, kind, bit, block, ones, molecules)", iter(rows))
        migrate.upgrade(database)
        with database.begin() as tx:
            for block, one in parts.items():
                kept = tx.all(text(f"{_KINDS} WHERE r.first = {block * 4_096} ORDER BY 1, 2"))
                wanted = [
                    (kind, found.bit, found.molecules)
                    for kind, slices in ((1, one.morgan), (2, one.pattern), (3, one.counts))
                    for found in slices
                ]
                assert [tuple(row) for row in kept if any(row.molecules)] == wanted
                ones = tx.scalar(
                    text("SELECT ones FROM molecule_segment JOIN molecule_run ON segment = key WHERE count = :count"),
                    {"count": len(one.rows)},
                )
                assert ones == ones_of({found.bit: found.molecules for found in one.pattern})
