"""The doors for programs made for Squonk2, mounted beside ours."""

from fastapi import FastAPI
from starlette.datastructures import State

from fieldstation import __version__
from fieldstation.core.people.service import Acting
from fieldstation.facades.kit.calls import Core
from fieldstation.facades.kit.grounds import Grounds
from fieldstation.facades.kit.launching import Launching
from fieldstation.facades.kit.loading import Loading
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.squonk.account_server import AccountServerParts, account_server
from fieldstation.facades.squonk.data_manager import (
    DataManagerParts,
    InstanceDoor,
    JobDoor,
    ProjectDoor,
    UserDoor,
    data_manager,
)
from fieldstation.wiring.features import Features


def include_squonk(app: FastAPI, features: Features, movers: Movers, launching: Launching) -> None:
    """Mount both doors; in the Data Manager, operators turn on what they may, and may act as somebody."""
    definitions, instancing = features.definitions, features.instancing
    manager = DataManagerParts(
        release=__version__,
        projects=ProjectDoor(features.projects, features.lifecycles, features.accounting.products, features.managed),
        grounds=Grounds(features.files, features.managed, movers),
        tasks=features.tasks,
        jobs=JobDoor(
            jobs=definitions.jobs,
            rates=definitions.rates,
            projects=features.projects,
            assets=features.accounting.assets,
        ),
        loading=Loading(definitions.manifests, movers),
        mode=definitions.mode,
        users=UserDoor(people=features.people, uid_of=features.files.uid_of),
        merchants=features.accounting.merchants,
        instances=InstanceDoor(launching=launching, instances=instancing.instances, tokens=instancing.tokens),
    )
    accounting = features.accounting
    accounts = AccountServerParts(
        release=__version__,
        organisations=accounting.organisations,
        units=accounting.units,
        products=accounting.products,
        assets=accounting.assets,
        merchants=accounting.merchants,
    )
    managing, accounting_for = data_manager(manager), account_server(accounts)
    managing.state, accounting_for.state = _acting(app.state, features), app.state
    app.mount("/data-manager-api", managing)
    app.mount("/account-server-api", accounting_for)


def _acting(state: State, features: Features) -> State:
    """Return the state of a door that knows whom its callers act as, and under `own` who they are."""
    own: Core = state.core
    core = own.knowing(Acting(features.people))
    return State({"core": core, "own": own, "browser": state.browser, "outside": state.outside})
