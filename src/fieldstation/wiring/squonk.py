"""The doors for programs made for Squonk2, mounted beside ours."""

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from fieldstation import __version__
from fieldstation.core.people.service import Acting
from fieldstation.core.pipelines.service import OpenWorkflowsOfUsers
from fieldstation.core.projects.service import Departures
from fieldstation.core.runs.service.projects import OpenRunsOfUsers
from fieldstation.facades.kit.browser import Browser
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.hub import Hub
from fieldstation.facades.kit.loading import Loading
from fieldstation.facades.squonk.account_server import AccountServerParts, SocketParts, account_server, sockets_router
from fieldstation.facades.squonk.calls import Calls, Noting
from fieldstation.facades.squonk.data_manager import (
    AdminDoor,
    AppDoor,
    DataManagerParts,
    DatasetDoor,
    DatasetParts,
    InstanceDoor,
    InventoryDoor,
    JobDoor,
    ProjectDoor,
    Saving,
    UserDoor,
    WorkflowDoor,
    data_manager,
)
from fieldstation.facades.squonk.data_manager.receiving import Receiving
from fieldstation.wiring.features import Features
from fieldstation.wiring.kit import Kit


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """Who listens to event streams: at which address, woken by what, from pages of which other origins."""

    address: str
    hub: Hub
    origins: Collection[str] = ()


def include_squonk(app: FastAPI, features: Features, kit: Kit, listeners: Listeners) -> None:
    """Mount both doors; in the Data Manager, operators turn on what they may, and may act as somebody."""
    definitions, instancing = features.definitions, features.instancing
    users = UserDoor(people=features.people, uid_of=features.files.uid_of)
    manager = DataManagerParts(
        release=__version__,
        projects=ProjectDoor(features.projects, features.lifecycles, features.accounting.products, features.managed),
        grounds=kit.grounds,
        saving=Saving(arrivals=features.arrivals, projects=features.projects),
        tasks=features.tasks,
        jobs=JobDoor(
            jobs=definitions.jobs,
            rates=definitions.rates,
            projects=features.projects,
            needs=instancing.needs,
        ),
        loading=Loading(definitions.manifests, kit.movers),
        mode=definitions.mode,
        datasets=DatasetDoor(
            DatasetParts(
                datasets=features.datasets,
                arrivals=features.arrivals,
                removals=features.removals,
                contents=features.contents,
                copies=features.copies,
            )
        ),
        annotations=features.annotations,
        receiving=Receiving(features.arrivals, features.uploads, kit.store, kit.movers),
        movers=kit.movers,
        users=users,
        inventory=InventoryDoor(
            users=users,
            units=features.accounting.units,
            organisations=features.accounting.organisations,
            projects=features.projects,
            arrivals=features.arrivals,
        ),
        merchants=features.accounting.merchants,
        admin=AdminDoor(
            users=users,
            incidents=features.incidents,
            departures=Departures(
                features.people,
                features.accounting.units,
                features.trash,
                removing=[OpenRunsOfUsers(), OpenWorkflowsOfUsers()],
            ),
        ),
        workflows=WorkflowDoor(
            workflows=features.pipelines.workflows, running=features.pipelines.running, movers=kit.movers
        ),
        instances=InstanceDoor(
            launching=kit.launching,
            instances=instancing.instances,
            tokens=instancing.tokens,
            apps=AppDoor(parts=features.apps, address=listeners.address.rstrip("/")),
            projects=features.projects,
        ),
    )
    accounting = features.accounting
    accounts = AccountServerParts(
        release=__version__,
        organisations=accounting.organisations,
        units=accounting.units,
        products=accounting.products,
        assets=accounting.assets,
        merchants=accounting.merchants,
        bills=accounting.bills,
        streams=features.streams,
        actions=features.streams.actions,
        address=listeners.address,
    )
    managing, accounting_for = data_manager(manager), account_server(accounts)
    managing.state, accounting_for.state = _acting(app.state, features), app.state
    managing.add_middleware(Calls, waiting=features.people.api_log.waiting)
    app.mount("/data-manager-api", managing)
    app.mount("/account-server-api", accounting_for)
    app.include_router(_sockets(app, features, listeners))


def _sockets(app: FastAPI, features: Features, listeners: Listeners) -> APIRouter:
    parts = SocketParts(
        streams=features.streams,
        hub=listeners.hub,
        core=app.state.core,
        origins=frozenset({Browser(listeners.address).origin, *listeners.origins}),
        merchant=features.accounting.merchants.name,
    )
    return sockets_router(parts)


def _acting(state: State, features: Features) -> State:
    """Return the state of a door that knows whom its callers act as, and under `own` who they are."""
    own: Core = state.core
    acting, people = Noting(Acting(features.people)), Noting(features.people)
    return State(
        {"core": own.knowing(acting), "own": own.knowing(people), "browser": state.browser, "outside": state.outside}
    )
