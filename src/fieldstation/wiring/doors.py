"""The doors, mounted on one application."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from fieldstation import __version__
from fieldstation.core.people.model import Kind, Permission
from fieldstation.core.people.service import BrowserActing, People
from fieldstation.db import Database
from fieldstation.facades import console, issuer, proxy
from fieldstation.facades.kit.browser import Browser
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.hub import Hub
from fieldstation.facades.kit.loading import Loading
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.problems import install_problems
from fieldstation.facades.kit.requests import Requests
from fieldstation.facades.operations import Metrics
from fieldstation.facades.proxy import Doorway, Proxy
from fieldstation.facades.rest import (
    accounting,
    actions,
    apps,
    catalogue,
    datasets,
    events,
    images,
    instances,
    jobs,
    manifests,
    molecules,
    people,
    projects,
    runs,
    search,
    secrets,
    takers,
    tasks,
    tools,
    uploads,
    workflows,
)
from fieldstation.facades.rest.datasets.parts import Parts
from fieldstation.facades.rest.links import add_links
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.engine import Engine
from fieldstation.ports.identity import OutsideIssuer
from fieldstation.ports.storage import BlobStore
from fieldstation.wiring.accounting import Accounting
from fieldstation.wiring.features import Features
from fieldstation.wiring.kit import Kit, build_kit
from fieldstation.wiring.squonk import Listeners, include_squonk

_ABOUT = "Bring the computation to the data: versioned data sets, tools run beside them, results with their lineage."


@dataclass(frozen=True, kw_only=True)
class Front:
    """How people find the station: its address as they see it, and where they sign in, if not at its own issuer."""

    public_url: str
    outside: OutsideIssuer | None = None
    stream_origins: Collection[str] = ()
    apps_url: str = ""


def build_app(
    database: Database,
    features: Features,
    store: BlobStore,
    hub: Hub,
    front: Front,
    operations: tuple[APIRouter, Metrics],
) -> FastAPI:
    """Return the application with every door."""
    app = FastAPI(
        title="Fieldstation",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.own = Core(database, features.people)
    app.state.core = app.state.own.knowing(BrowserActing(features.people))
    install_problems(app)
    kit = build_kit(features, store)
    rest = _rest(features, store, hub, front.public_url, kit)
    rest.include_router(
        jobs.router(jobs.JobsDoor(features.definitions.jobs, features.projects, features.instancing.needs))
    )
    rest.include_router(instances.router(kit.launching, features.instancing.instances))
    rest.include_router(apps.router(features.apps, front.public_url))
    pipelines = features.pipelines
    door = workflows.WorkflowsDoor(workflows=pipelines.workflows, running=pipelines.running, movers=kit.movers)
    rest.include_router(workflows.router(door))
    app.include_router(rest)
    include_sign_in(app, features.people, features.sealer, front)
    listeners = Listeners(address=front.public_url, hub=hub, origins=front.stream_origins)
    include_squonk(app, features, kit, listeners)
    routes, metrics = operations
    app.include_router(routes)
    app.include_router(proxy.router(features.apps.ways, front.apps_url))
    _describe(app)
    include_console(app)
    app.add_middleware(Requests, observe=metrics.observe)
    return app


def build_proxy(features: Features, core: Core, engines: Mapping[str, Engine], addresses: tuple[str, str]) -> Proxy:
    """Return what serves the origin of applications; `addresses` are the station's and its own."""
    return Proxy(Doorway(features.apps.ways, core, engines, addresses))


def include_console(app: FastAPI, static: Path = console.STATIC) -> None:
    """Serve the built console wherever no door that was included before it answers."""
    owned = {route.path_format.split("/")[1] for route in iter_route_contexts(app.routes) if route.path_format}
    app.router.default = console.ConsoleFiles(static, owned, app.router.default)


def include_sign_in(app: FastAPI, people: People, sealer: Sealer, front: Front) -> None:
    """Add the issuer, and the sessions of browsers that come from it."""
    public_url, outside = front.public_url, front.outside
    home = public_url.rstrip("/")
    client = issuer.Client(
        id=console.CLIENT_ID,
        name="the console",
        grants=frozenset({issuer.CODE}),
        redirects=frozenset({home + console.CALLBACK_PATH}),
    )
    authorization = f"{home}{issuer.REALM_PATH}/protocol/openid-connect/auth"
    addresses = console.Addresses(public_url=public_url, authorization=authorization)
    app.state.browser = Browser(public_url)
    app.state.outside = outside
    door = None
    if outside is not None:
        door = issuer.OutsideDoor(people, outside, sealer, app.state.browser, home + issuer.REALM_PATH)
    app.include_router(issuer.router(people, public_url, [client], door))
    app.include_router(console.router(people, sealer, app.state.browser, addresses))


def _describe(app: FastAPI) -> None:
    """Have /openapi.json tell also what follows from what."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            add_links(describe())
        return describe()

    app.openapi = described  # type: ignore[method-assign]


def _tools(features: Features) -> tools.ToolsDoor:
    known = features.definitions
    return tools.ToolsDoor(tools=features.tools, hysds=known.hysds, templates=known.templates, lambdas=known.lambdas)


def _rest(features: Features, store: BlobStore, hub: Hub, public_url: str, kit: Kit) -> APIRouter:
    movers = kit.movers
    rest = APIRouter(prefix="/api/v1")
    rest.include_router(people.router(features.people, _finders(features)))
    rest.include_router(projects.router(features.projects, features.lifecycles, kit.grounds, features.saves))
    rest.include_router(accounting.router(_books(features.accounting)))
    rest.include_router(datasets.router(_dataset_parts(features, store, movers, public_url)))
    rest.include_router(uploads.router(features.uploads, store, movers))
    known = features.definitions
    rest.include_router(tools.router(_tools(features)))
    rest.include_router(manifests.router(Loading(known.manifests, movers), features.tools, known.jobs, known.rates))
    rest.include_router(secrets.router(known.secrets))
    rest.include_router(images.router(images.ImagesDoor(images=features.images, uploads=features.uploads)))
    door = runs.RunsDoor(
        submits=features.submits,
        quotes=features.quotes,
        use=features.use,
        runs=features.runs,
        cancels=features.cancels,
        explains=features.explains,
        logs=features.logs,
        again=features.again,
        crates=features.crates,
        hub=hub,
        store=store,
        movers=movers,
    )
    rest.include_router(runs.router(door))
    rest.include_router(runs.attention_router(features.attentions))
    rest.include_router(tasks.router(features.tasks, hub))
    rest.include_router(events.router(features.news, hub))
    books = features.accounting
    rest.include_router(actions.router(features.streams.actions, books.units, books.organisations, hub))
    rest.include_router(runs.lineage_router(features.lineages, features.datasets))
    rest.include_router(runs.uses_router(features.uses, features.datasets))
    rest.include_router(takers.router(features.datasets, features.use, features.tools))
    rest.include_router(molecules.router(kit.finding, features.molecules.readings))
    rest.include_router(catalogue.router(features.catalogue))
    rest.include_router(search.router(features.datasets, features.tools, features.run_search))
    return rest


def _books(parts: Accounting) -> accounting.Books:
    return accounting.Books(
        organisations=parts.organisations,
        units=parts.units,
        products=parts.products,
        assets=parts.assets,
        bills=parts.bills,
    )


def _dataset_parts(features: Features, store: BlobStore, movers: Movers, public_url: str) -> Parts:
    return Parts(
        people=features.people,
        datasets=features.datasets,
        folders=features.folders,
        uploads=features.uploads,
        contents=features.contents,
        registrar=features.registrar,
        trash=features.trash,
        removals=features.removals,
        garbage=features.garbage,
        store=store,
        movers=movers,
        address=public_url.rstrip("/"),
    )


def _finders(features: Features) -> dict[Kind, people.Finder]:
    """Return, for each kind of thing that has names, how to find the thing of a name."""
    return {
        Kind.DATASET: lambda tx, caller, name: features.datasets.find(tx, caller, name, Permission.DATASET_READ).id,
        Kind.PROJECT: lambda tx, caller, name: features.projects.identify(tx, caller, name).id,
        Kind.TOOL: features.tools.identify,
        Kind.ORGANISATION: lambda tx, caller, name: features.accounting.organisations.show(tx, caller, name).id,
        Kind.UNIT: lambda tx, caller, name: features.accounting.units.show(tx, caller, name).id,
    }
