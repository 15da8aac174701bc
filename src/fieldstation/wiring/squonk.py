"""The doors for programs made for Squonk2, mounted beside ours."""

from fastapi import FastAPI

from fieldstation import __version__
from fieldstation.facades.kit.grounds import Grounds
from fieldstation.facades.kit.launching import Launching
from fieldstation.facades.kit.loading import Loading
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.squonk.account_server import AccountServerParts, account_server
from fieldstation.facades.squonk.data_manager import DataManagerParts, InstanceDoor, JobDoor, ProjectDoor, data_manager
from fieldstation.wiring.features import Features


def include_squonk(app: FastAPI, features: Features, movers: Movers, launching: Launching) -> None:
    """Mount both doors; they know their callers as ours does."""
    definitions, instancing = features.definitions, features.instancing
    manager = DataManagerParts(
        release=__version__,
        projects=ProjectDoor(features.projects, features.lifecycles, features.accounting.products),
        grounds=Grounds(features.files, movers),
        tasks=features.tasks,
        jobs=JobDoor(
            jobs=definitions.jobs,
            rates=definitions.rates,
            projects=features.projects,
            assets=features.accounting.assets,
        ),
        loading=Loading(definitions.manifests, movers),
        mode=definitions.mode,
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
    for path, door in (("/data-manager-api", data_manager(manager)), ("/account-server-api", account_server(accounts))):
        door.state = app.state
        app.mount(path, door)
