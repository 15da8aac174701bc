"""The features of the core, each handed those below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldstation import __version__
from fieldstation.core.apps.service import AppParts, AppServices
from fieldstation.core.catalogue.service import Catalogue
from fieldstation.core.catalogue.service import Keeping as Catalogued
from fieldstation.core.datasets.model import FileTypes, read_types
from fieldstation.core.datasets.service import (
    Annotations,
    ArrivalParts,
    Arrivals,
    Contents,
    Datasets,
    Folders,
    Garbage,
    Registrar,
    Removals,
    Trash,
    Uploads,
)
from fieldstation.core.datasets.service.quota import Quotas
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.images.service import Images
from fieldstation.core.incidents.service import Incidents
from fieldstation.core.instances.service import JobParts, Needs
from fieldstation.core.news.service import News
from fieldstation.core.people.service import Access, People, RunTokens
from fieldstation.core.pipelines.service import OpenWorkflows
from fieldstation.core.projects.service import (
    Books,
    Copies,
    Files,
    Keeping,
    Lifecycles,
    ManagedFiles,
    Projects,
    Saves,
)
from fieldstation.core.runs.service.again import Again
from fieldstation.core.runs.service.attention import Attentions
from fieldstation.core.runs.service.backlog import Backlogs
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.runs.service.collect import Collecting, CollectParts
from fieldstation.core.runs.service.crates import Crates, Publisher
from fieldstation.core.runs.service.explain import Explains
from fieldstation.core.runs.service.given import GivenParts, Givens
from fieldstation.core.runs.service.in_projects import ProjectRuns
from fieldstation.core.runs.service.lineage import Lineages
from fieldstation.core.runs.service.logs import Logs
from fieldstation.core.runs.service.prepare import Collaborators, Preparing
from fieldstation.core.runs.service.projects import OpenRuns
from fieldstation.core.runs.service.quote import Quotes
from fieldstation.core.runs.service.rights import Rights
from fieldstation.core.runs.service.search import RunSearch
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.service.submit import Submits
from fieldstation.core.runs.service.uses import Uses
from fieldstation.core.streams.service import Streams
from fieldstation.core.tasks.service import Tasks
from fieldstation.core.tools.service import Tools
from fieldstation.db.outbox import Outbox
from fieldstation.kernel.sealing import Sealer, load_or_make_key
from fieldstation.ports.engine import Engine
from fieldstation.settings import Settings
from fieldstation.storage.places import FilesystemPlaces
from fieldstation.wiring.accounting import Accounting, build_accounting, tariff_of
from fieldstation.wiring.apps import build_apps, has_doors
from fieldstation.wiring.chemistry import Molecules, build_molecules
from fieldstation.wiring.definitions import Definitions, build_definitions
from fieldstation.wiring.images import build_images
from fieldstation.wiring.instances import Instancing, build_instancing
from fieldstation.wiring.storages import Storages, numbers_of
from fieldstation.wiring.workflows import Pipelines, build_pipelines

TREES = "trees"  # the consumer that drops the link trees of what was removed for good
MOLECULES = "molecules"  # the consumer that forgets the molecules of what was removed for good
CATALOGUE = "catalogue"  # the consumer that forgets the entries of what was removed for good
COPIES = "copies"  # the consumer that has copies in projects be files like any other
SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {"dataset.purged": (TREES, MOLECULES, COPIES, CATALOGUE)}


@dataclass(frozen=True, kw_only=True)
class Features:
    """Every service of the core."""

    sealer: Sealer
    outbox: Outbox
    rights: Rights
    news: News
    streams: Streams
    incidents: Incidents
    people: People
    tasks: Tasks
    accounting: Accounting
    projects: Projects
    lifecycles: Lifecycles
    files: Files
    managed: ManagedFiles
    saves: Saves
    datasets: Datasets
    catalogue: Catalogue
    folders: Folders
    uploads: Uploads
    arrivals: Arrivals
    annotations: Annotations
    contents: Contents
    registrar: Registrar
    trash: Trash
    removals: Removals
    copies: Copies
    garbage: Garbage
    molecules: Molecules
    use: DataUse
    tools: Tools
    images: Images
    definitions: Definitions
    instancing: Instancing
    apps: AppServices
    pipelines: Pipelines
    runs: Runs
    run_search: RunSearch
    uses: Uses
    submits: Submits
    quotes: Quotes
    cancels: Cancels
    attentions: Attentions
    backlogs: Backlogs
    explains: Explains
    lineages: Lineages
    givens: Givens
    logs: Logs
    again: Again
    crates: Crates


def build_features(settings: Settings, storages: Storages, engines: Mapping[str, Engine], address: str) -> Features:
    """Build all features over these storages and the engines that this process may ask."""
    store, volumes = storages.store, storages.volumes
    sealer = Sealer(load_or_make_key(settings.secret_key_file or settings.data / "station.key"))
    outbox = Outbox(SUBSCRIPTIONS)
    keeping = Catalogued()
    access = Access([keeping])
    accounting = build_accounting(access, sealer, tariff_of(settings), address, on=settings.accounting)
    projects = Projects(access)
    people = People(sealer, hooks=[projects], watching=[keeping])
    datasets = Datasets(people, accounting.subscriptions, store, outbox, hooks=[keeping])
    use = DataUse(datasets, people, settings.quota_bytes)
    uploads = Uploads(people, datasets, store, settings.quota_bytes)
    tasks = Tasks(access, outbox)
    arrivals = _arrivals(settings, people, accounting, datasets, uploads, tasks)
    trash = Trash(datasets, outbox)
    quotas = Quotas(people, settings.quota_bytes)
    files = Files(projects, volumes, Keeping(quotas=quotas, storage=accounting.storage), numbers_of(settings))
    lifecycles = _lifecycles(access, projects, accounting, quotas, tasks)
    tools, images = Tools(access), build_images(settings, access, tasks, engines)
    runs = Runs(people)
    parts = Collaborators(people=people, datasets=datasets, use=use, tools=tools, images=images, outbox=outbox)
    preparing = Preparing(parts, projects, accounting.paying)
    submits = Submits(parts, preparing)
    places = FilesystemPlaces(settings.allowed_roots)
    definitions, cancels = build_definitions(settings, access, sealer), Cancels(runs, outbox)
    givens = _givens(sealer, accounting, definitions)
    needs, in_projects = Needs(accounting.assets, definitions.secrets, images), ProjectRuns(access, images, outbox)
    launching = _launching(projects, definitions, needs, in_projects, tasks, accounting)
    instancing = build_instancing(access, launching, cancels, files, strict=settings.strict_jobs)
    return Features(
        sealer=sealer,
        outbox=outbox,
        rights=Rights(access),
        news=News(access),
        streams=Streams(people, sealer),
        incidents=Incidents(access, __version__),
        people=people,
        tasks=tasks,
        accounting=accounting,
        projects=projects,
        lifecycles=lifecycles,
        files=files,
        managed=ManagedFiles(files, datasets, tasks),
        saves=Saves(projects, datasets, use),
        datasets=datasets,
        catalogue=Catalogue(people, datasets, keeping, outbox),
        folders=Folders(datasets),
        contents=Contents(store, places),
        registrar=Registrar(places),
        trash=trash,
        copies=Copies(access),
        removals=Removals(datasets, arrivals, trash, tasks, store),
        garbage=Garbage(people, store, outbox),
        molecules=build_molecules(people, datasets, tasks),
        uploads=uploads,
        arrivals=arrivals,
        annotations=Annotations(datasets, people),
        use=use,
        tools=tools,
        images=images,
        definitions=definitions,
        instancing=instancing,
        apps=build_apps(access, people, cancels, _app_parts(launching, tools, engines, settings.apps)),
        pipelines=build_pipelines(people, accounting, instancing, outbox, definitions.mode),
        runs=runs,
        run_search=RunSearch(people),
        uses=Uses(people, use),
        submits=submits,
        quotes=Quotes(people, use, preparing),
        cancels=cancels,
        attentions=Attentions(people, runs),
        backlogs=Backlogs(people),
        explains=Explains(runs),
        lineages=Lineages(runs, use),
        givens=givens,
        logs=Logs(runs, engines, store, givens.veil),
        again=Again(runs, submits, use),
        crates=Crates(runs, tools, use, Publisher(address=address, release=__version__)),
    )


def _arrivals(
    settings: Settings, people: People, accounting: Accounting, datasets: Datasets, uploads: Uploads, tasks: Tasks
) -> Arrivals:
    parts = ArrivalParts(
        people=people,
        units=accounting.units,
        subscriptions=accounting.subscriptions,
        uploads=uploads,
        tasks=tasks,
        types=FileTypes(read_types(settings.dataset_types or "")),
        storage=accounting.storage,
    )
    return Arrivals(datasets, parts)


def _lifecycles(access: Access, projects: Projects, accounting: Accounting, quotas: Quotas, tasks: Tasks) -> Lifecycles:
    books = Books(products=accounting.products, subscriptions=accounting.subscriptions, quotas=quotas, tasks=tasks)
    return Lifecycles(access, projects, books, removing=[OpenRuns(), OpenWorkflows()])


def _givens(sealer: Sealer, accounting: Accounting, definitions: Definitions) -> Givens:
    parts = GivenParts(assets=accounting.assets, secrets=definitions.secrets, tokens=RunTokens())
    return Givens(sealer, parts)


def build_collecting(features: Features) -> Collecting:
    """Return what a collector does inside its transactions."""
    parts = CollectParts(
        datasets=features.datasets,
        use=features.use,
        outbox=features.outbox,
        rights=features.rights,
        files=features.files,
        givens=features.givens,
    )
    return Collecting(parts)


def _launching(
    projects: Projects, definitions: Definitions, needs: Needs, runs: ProjectRuns, tasks: Tasks, accounting: Accounting
) -> JobParts:
    return JobParts(
        projects=projects,
        jobs=definitions.jobs,
        needs=needs,
        runs=runs,
        tasks=tasks,
        charges=accounting.processing,
    )


def _app_parts(launching: JobParts, tools: Tools, engines: Mapping[str, Engine], most: int) -> AppParts:
    return AppParts(
        projects=launching.projects,
        tools=tools,
        runs=launching.runs,
        tasks=launching.tasks,
        charges=launching.charges,
        doors=has_doors(engines),
        most=most,
    )
