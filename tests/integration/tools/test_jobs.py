"""Jobs, manifests and rates on a real database: what a reload moves, what stays, and what nobody is told."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import People
from fieldstation.core.tools.model.jobs import JobName, LoadReport
from fieldstation.core.tools.model.squonk.read import read_jobs
from fieldstation.core.tools.service import Jobs, Manifests, Rates, Tools
from fieldstation.core.tools.service.manifests import Means
from fieldstation.db import Database
from fieldstation.db.numbers import key_of, numbers_of
from fieldstation.gateways.templates import BoundedTemplates
from fieldstation.kernel.errors import Conflict, FieldstationError, Forbidden, Invalid, NotFound, Unavailable
from fieldstation.kernel.paging import PageRequest, read_cursor
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.web import Errand
from tests.integration.people.station import counted
from tests.integration.tools.conftest import MakeCaller
from tests.unit.tools.squonk_files import BAD, COUNT, NEXTFLOW, file_of

URL = "https://host.test/data-manager/manifest.yaml"
COUNTING = JobName(collection="acme", job="count-atoms", version="1.0.0")


@dataclass(kw_only=True)
class Shelf:
    """Sources that hold what a test puts there; those that are None are away."""

    texts: dict[str, str | None] = field(default_factory=dict)
    asked: list[Errand] = field(default_factory=list)

    def admit(self, address: str) -> None:
        """Take everything of one host."""
        if not address.startswith("https://host.test/"):
            raise Forbidden("not from there", next_step="elsewhere")

    def read(self, errand: Errand) -> str:
        """Return what lies there."""
        self.asked.append(errand)
        found = self.texts.get(errand.address, "")
        if found is None:
            raise Unavailable("it is away", next_step="wait")
        if not found:
            raise NotFound("it is not there", next_step="look")
        return found

    def put(self, files: Mapping[str, str]) -> None:
        """Lay a manifest of these files."""
        names = json.dumps(list(files))
        head = "kind: DataManagerManifest\nkind-version: '2021.1'\n"
        self.texts = {URL: f"{head}job-definition-files: {names}\n"}
        self.texts |= {URL.replace("manifest.yaml", name): one for name, one in files.items()}


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """The services under test, and an operator who loads."""

    database: Database
    jobs: Jobs
    rates: Rates
    manifests: Manifests
    shelf: Shelf
    operator: Caller

    def load(self, url: str = URL, **secrets: Mapping[str, str]) -> LoadReport:
        """Put a manifest and load it, as a door does."""
        with self.database.begin() as tx:
            reading = self.manifests.put(tx, self.operator, Errand(address=url, **secrets))
        gathered = self.manifests.gather(reading)
        with self.database.begin() as tx:
            return self.manifests.keep(tx, self.operator, gathered)


@pytest.fixture(scope="module")
def templates() -> Iterator[BoundedTemplates]:
    """What tries commands."""
    with closing(BoundedTemplates()) as made:
        yield made


@pytest.fixture
def keeper(database: Database, people: People, caller: MakeCaller, templates: BoundedTemplates) -> Keeper:
    """The services over an empty database, in a station for development."""
    shelf, jobs = Shelf(), Jobs(people)
    means = Means(sources=shelf, templates=templates, development=True)
    return Keeper(
        database=database,
        jobs=jobs,
        rates=Rates(people, jobs),
        manifests=Manifests(people, Sealer(bytes(32)), jobs, means),
        shelf=shelf,
        operator=caller("olga", operator=True),
    )


def test_a_reload_moves_the_label_and_keeps_where_it_pointed(keeper: Keeper, caller: MakeCaller) -> None:
    anna = caller("anna")
    keeper.shelf.put({"jobs.yaml": file_of(COUNT)})
    assert keeper.load().ok
    with keeper.database.begin() as tx:
        first = keeper.jobs.by_name(tx, anna, COUNTING)
    assert keeper.load().loaded == 1
    keeper.shelf.put({"jobs.yaml": file_of(COUNT.replace("maximum: 100", "maximum: 99"))})
    keeper.load()
    with keeper.database.begin() as tx:
        second = keeper.jobs.by_number(tx, anna, first.number)
        past = keeper.jobs.past(tx, second.tool_id, second.job.version, PageRequest()).items
        deeds = [row.deed for row in tx.all(text("SELECT deed FROM audit WHERE deed LIKE 'tool%' ORDER BY id"))]
        assert keeper.jobs.definition(tx, first.revision).options["top"].maximum == 100
    assert (second.number, second.tool_id) == (first.number, first.tool_id)
    assert second.revision == second.job.revision != first.revision
    assert [(one.revision, one.published_by) for one in past] == [(first.revision, "olga")]
    assert deeds == ["tool.published", "tool.published"]  # the same again is no deed


def test_one_bad_job_and_one_bad_file_leave_the_others(keeper: Keeper, caller: MakeCaller) -> None:
    keeper.shelf.put(
        {
            "a.yaml": file_of(COUNT, BAD),
            "b.yaml": "[",
            "c.yaml": file_of(NEXTFLOW.replace("--smiles {{ smiles }}", "{% if %}")),
            "d.yaml": file_of(COUNT),
            "e.yaml": file_of(NEXTFLOW),
        }
    )
    keeper.shelf.texts[URL.replace("manifest.yaml", "e.yaml")] = None
    report = keeper.load()
    assert (report.ok, report.manifests, report.files, report.jobs, report.loaded) == (False, 1, 5, 4, 1)
    assert report.manifest_failures == ()
    assert [failure.partition(":")[0] for failure in report.file_failures] == ["b.yaml", "e.yaml"]
    assert [failure.partition(":")[0] for failure in report.job_failures] == [
        "a.yaml",
        "c.yaml",
        "acme count-atoms 1.0.0",
    ]
    with keeper.database.begin() as tx:
        assert [one.job.name for one in keeper.jobs.all(tx, caller("anna"))] == ["count-atoms"]
        (kept,) = keeper.manifests.list(tx, keeper.operator, PageRequest()).items
    assert kept.last == report
    assert (kept.loaded_at is not None, kept.loaded_well_at) == (True, None)


def test_secrets_travel_sealed_and_to_their_host_only(keeper: Keeper) -> None:
    keeper.shelf.put({"jobs.yaml": file_of(COUNT)})
    keeper.load(headers={"PRIVATE-TOKEN": "s3cret"}, query={"ref": "h1dden"})
    assert [(errand.headers, errand.query) for errand in keeper.shelf.asked] == [
        ({"PRIVATE-TOKEN": "s3cret"}, {"ref": "h1dden"})
    ] * 2
    assert "s3cret" not in repr(keeper.shelf.asked)
    with keeper.database.begin() as tx:
        (kept,) = keeper.manifests.list(tx, keeper.operator, PageRequest()).items
        errand = keeper.manifests.errands(tx, keeper.operator)[0].errand
        dump = [str(row) for table in ("tool_manifest", "audit") for row in tx.all(text(f"SELECT * FROM {table}"))]
    assert (kept.header_names, kept.query_names) == (["PRIVATE-TOKEN"], ["ref"])
    assert errand.headers == {"PRIVATE-TOKEN": "s3cret"}
    assert not any("s3cret" in row or "h1dden" in row for row in dump)


@pytest.mark.parametrize("secrets", [{"X": "a\nb"}, {"X": "v" * 5000}, {f"X{n}": "v" for n in range(30)}])
def test_odd_secrets_are_refused(keeper: Keeper, secrets: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        keeper.load(headers=secrets)


def test_the_station_s_own_collection_is_its_own(keeper: Keeper, caller: MakeCaller) -> None:
    with keeper.database.begin() as tx:
        keeper.jobs.install_builtins(tx)
        keeper.jobs.install_builtins(tx)
        before = {one.job.name: one.revision for one in keeper.jobs.all(tx, caller("anna"))}
    assert set(before) == {"nop", "event-test", "coin-test", "count-lines"}
    keeper.shelf.put({"jobs.yaml": file_of(COUNT).replace("acme", "im-test", 1).replace("count-atoms", "nop")})
    assert keeper.load().job_failures == ("im-test nop 1.0.0: the collection im-test is the station's own",)
    with keeper.database.begin() as tx:
        assert {one.job.name: one.revision for one in keeper.jobs.all(tx, keeper.operator)} == before


def test_what_is_taken_back_comes_again_under_its_number(keeper: Keeper, caller: MakeCaller) -> None:
    anna = caller("anna")
    other = URL.replace("manifest", "other")
    keeper.shelf.put({"jobs.yaml": file_of(COUNT), "more.yaml": file_of(NEXTFLOW)})
    keeper.shelf.texts[other] = (keeper.shelf.texts[URL] or "").replace('"jobs.yaml", ', "")
    keeper.load()
    keeper.load(other)
    with keeper.database.begin() as tx:
        number = keeper.jobs.by_name(tx, anna, COUNTING).number
        keeper.rates.set(tx, keeper.operator, number, "0.5", "kept")
        first = keeper.manifests.list(tx, keeper.operator, PageRequest(limit=1)).items[0]
        assert keeper.manifests.remove(tx, keeper.operator, first.number, purge=True) == 1
        assert [one.job.name for one in keeper.jobs.all(tx, keeper.operator)] == ["enumerate"]
        with pytest.raises(NotFound):
            keeper.jobs.by_number(tx, anna, number)
    keeper.load()
    with keeper.database.begin() as tx:
        again = keeper.jobs.by_number(tx, anna, number)
        assert (again.job.name, str(again.rate)) == ("count-atoms", "0.500000")
        assert len(keeper.jobs.past(tx, again.tool_id, again.job.version, PageRequest()).items) == 1


def test_in_production_nothing_is_taken_back(keeper: Keeper, people: People, templates: BoundedTemplates) -> None:
    means = Means(sources=keeper.shelf, templates=templates)
    manifests = Manifests(people, Sealer(bytes(32)), keeper.jobs, means)
    with keeper.database.begin() as tx, pytest.raises(Forbidden):
        manifests.errands(tx, keeper.operator)
    with keeper.database.begin() as tx, pytest.raises(Forbidden):
        manifests.remove(tx, keeper.operator, 1, purge=False)


def test_only_operators_load_and_rate(keeper: Keeper, caller: MakeCaller) -> None:
    anna = caller("anna")
    keeper.shelf.put({"jobs.yaml": file_of(COUNT)})
    keeper.load()
    stranger = replace(keeper, operator=anna)
    with pytest.raises(Forbidden):
        stranger.load()
    with keeper.database.begin() as tx:
        number = keeper.jobs.by_name(tx, anna, COUNTING).number
        for deed in (
            lambda: keeper.manifests.list(tx, anna, PageRequest()),
            lambda: keeper.rates.set(tx, anna, number, "1"),
            lambda: keeper.manifests.remove(tx, anna, 1, purge=True),
        ):
            with pytest.raises(Forbidden):
                deed()


def test_rates_are_kept_as_they_were_set(keeper: Keeper) -> None:
    keeper.shelf.put({"jobs.yaml": file_of(COUNT, NEXTFLOW)})
    keeper.load()
    with keeper.database.begin() as tx:
        number = keeper.jobs.by_name(tx, keeper.operator, COUNTING).number
        for rate in ("0.05", "1e3", "0"):
            keeper.rates.set(tx, keeper.operator, number, rate, f"was {rate}")
        page = keeper.rates.history(tx, keeper.operator, number, PageRequest(limit=2))
        assert [f"{one.rate.normalize():f}" for one in page.items] == ["0", "1000"]
        assert page.next is not None
        rest = keeper.rates.history(tx, keeper.operator, number, PageRequest(after=read_cursor(page.next, 1)))
        assert [(one.comment, one.created_by) for one in rest.items] == [("was 0.05", "olga")]
        unrated = keeper.jobs.page(tx, keeper.operator, PageRequest(), unrated=True)
        assert [one.job.name for one in unrated.items] == ["enumerate"]
        for rate in ("", "x", "-0.1", "inf", "1e13", "0.0000001"):
            with pytest.raises(Invalid):
                keeper.rates.set(tx, keeper.operator, number, rate)
        with pytest.raises(Invalid):
            keeper.rates.set(tx, keeper.operator, number, "1", "c" * 81)


def test_lists_cost_the_same_however_many_there_are(keeper: Keeper, people: People) -> None:
    keeper.shelf.put({"jobs.yaml": file_of(COUNT)})
    keeper.load()
    fresh = replace(keeper, jobs=Jobs(people))
    with counted(keeper.database) as few, keeper.database.begin() as tx:
        fresh.jobs.all(tx, keeper.operator)
    many = [COUNT.replace("count-atoms", f"count-{n}") for n in range(60)]
    keeper.shelf.put({"jobs.yaml": file_of(*many)})
    keeper.load()
    with counted(keeper.database) as all_of_them, keeper.database.begin() as tx:
        assert len(fresh.jobs.all(tx, keeper.operator)) == 61
    assert len(all_of_them) == len(few)
    with keeper.database.begin() as tx:
        first = keeper.jobs.page(tx, keeper.operator, PageRequest(limit=40))
        assert first.next is not None
        second = keeper.jobs.page(tx, keeper.operator, PageRequest(limit=40, after=read_cursor(first.next, 1)))
        assert (len(first.items), len(second.items), second.next) == (40, 21, None)


def test_no_run_is_of_a_job(keeper: Keeper, tools: Tools) -> None:
    keeper.shelf.put({"jobs.yaml": file_of(COUNT, NEXTFLOW)})
    keeper.load()
    with keeper.database.begin() as tx:
        shown = tools.show(tx, keeper.operator, "enumerate@2.1")
        assert (shown.namespace, shown.version, shown.definition.title) == (
            "squonk2/acme",
            "2.1",
            "Enumerate forms in parallel",
        )
        assert shown.text.startswith("enumerate:\n")
        with pytest.raises(Conflict) as refused:
            tools.resolve(tx, keeper.operator, "count-atoms")
        assert refused.value.reason == "not_native"
        assert tools.takers(tx, keeper.operator, PageRequest(), ["chemical/x-mdl-sdfile"]).items == []


def test_numbers_are_given_once(database: Database) -> None:
    with database.begin() as tx:
        first = numbers_of(tx, "thing", ["a", "b"])
        second = numbers_of(tx, "thing", ["b", "c"])
        other = numbers_of(tx, "other", ["a"])
        assert first["b"] == second["b"]
        assert len({*first.values(), *second.values(), *other.values()}) == 4
        assert key_of(tx, "thing", first["a"]) == "a"
        assert key_of(tx, "thing", other["a"]) is None
        assert key_of(tx, "thing", 1 << 70) is None


def test_a_manifest_of_very_many_files_is_not_followed(keeper: Keeper) -> None:
    keeper.shelf.put({f"f{n}.yaml": file_of(COUNT) for n in range(101)})
    report = keeper.load()
    assert (report.ok, report.files, len(keeper.shelf.asked)) == (False, 0, 1)
    assert "names 101 files" in report.manifest_failures[0]


def test_a_load_whose_manifest_went_meanwhile_keeps_nothing(keeper: Keeper) -> None:
    keeper.shelf.put({"jobs.yaml": file_of(COUNT)})
    with keeper.database.begin() as tx:
        reading = keeper.manifests.put(tx, keeper.operator, Errand(address=URL))
    gathered = keeper.manifests.gather(reading)
    with keeper.database.begin() as tx:
        keeper.manifests.remove(tx, keeper.operator, reading.manifest_id, purge=False)
    with pytest.raises(FieldstationError), keeper.database.begin() as tx:
        keeper.manifests.keep(tx, keeper.operator, gathered)


def test_labels_that_are_no_versions_have_an_order(keeper: Keeper, tools: Tools) -> None:
    labels = ["1.0", "1.0.0", "1.0.10", "1.0.9", "2.1", "latest", "1.0 beta", "10"]
    jobs = [COUNT.replace("version: '1.0.0'", f"version: '{label}'") for label in labels]
    with keeper.database.begin() as tx:
        for one in jobs:
            for read in read_jobs(file_of(one)).jobs:
                keeper.jobs.keep(tx, read, None)
        versions = [one.version for one in tools.versions(tx, keeper.operator, "count-atoms", PageRequest()).items]
        assert versions == ["latest", "10", "2.1", "1.0.10", "1.0.9", "1.0.0", "1.0", "1.0 beta"]
        assert tools.show(tx, keeper.operator, "count-atoms").version == "latest"
