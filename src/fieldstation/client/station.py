"""`Station`: everything that a program can ask of one station."""

import time
from types import TracebackType

from fieldstation.client.accounting import Assets, Organisations, Products, Units
from fieldstation.client.actions import Actions
from fieldstation.client.answers import read
from fieldstation.client.apps import Apps
from fieldstation.client.catalogue import Catalogue
from fieldstation.client.charges import Charges
from fieldstation.client.datasets import Datasets
from fieldstation.client.definitions import Manifests, Rates, Secrets
from fieldstation.client.errors import ClientError
from fieldstation.client.files import Files
from fieldstation.client.findings import Found
from fieldstation.client.images import Images
from fieldstation.client.instances import Instances
from fieldstation.client.molecules import Molecules
from fieldstation.client.operations import Operations
from fieldstation.client.people import Projects, Tokens, Users, why
from fieldstation.client.profile import chosen_profile
from fieldstation.client.runs import Runs
from fieldstation.client.tasks import Tasks
from fieldstation.client.things import Decision, DeviceCode, User
from fieldstation.client.tools import Tools
from fieldstation.client.transport import Transport, at
from fieldstation.client.workflows import Workflows

CLIENT_ID = "fieldstation"
_PROTOCOL = "/auth/realms/fieldstation/protocol/openid-connect"
TOKEN_PATH = f"{_PROTOCOL}/token"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_SECONDS = 5  # RFC 8628, section 3.5


class Station:
    """One station and who speaks to it; every failure is a ClientError. Safe to use from several threads.

    `token` is a service token or an access token. Without arguments, the station is found as the commands find it:
    `FIELDSTATION_URL` and `FIELDSTATION_TOKEN`, else what `fieldstation login` kept, else the one of this machine.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        if url is None:
            profile = chosen_profile()
            url, token = profile.url, token or profile.token
        self.transport = Transport(url, token)
        self.datasets = Datasets(self.transport)
        self.catalogue = Catalogue(self.transport)
        self.molecules = Molecules(self.transport)
        self.tools = Tools(self.transport)
        self.manifests = Manifests(self.transport)
        self.rates = Rates(self.transport)
        self.secrets = Secrets(self.transport)
        self.images = Images(self.transport)
        self.runs = Runs(self.transport)
        self.tasks = Tasks(self.transport)
        self.users = Users(self.transport)
        self.tokens = Tokens(self.transport)
        self.projects = Projects(self.transport)
        self.files = Files(self.transport)
        self.instances = Instances(self.transport)
        self.apps = Apps(self.transport)
        self.workflows = Workflows(self.transport)
        self.organisations = Organisations(self.transport)
        self.units = Units(self.transport)
        self.products = Products(self.transport)
        self.assets = Assets(self.transport)
        self.charges = Charges(self.transport)
        self.actions = Actions(self.transport)
        self.operations = Operations(self.transport)

    @property
    def url(self) -> str:
        """The address of the station."""
        return self.transport.url

    def sign_in(self, username: str, password: str) -> "Station":
        """Return this station as spoken to by a user; good for minutes: make a service token for longer."""
        form = {"grant_type": "password", "client_id": CLIENT_ID, "username": username, "password": password}
        answer = self.transport.form(TOKEN_PATH, form)
        return Station(self.url, answer["access_token"])

    def ask_in(self) -> DeviceCode:
        """Begin to sign in without a password: a person opens `verification_uri_complete` and says yes there."""
        answer = self.transport.form(f"{_PROTOCOL}/auth/device", {"client_id": CLIENT_ID})
        return read(DeviceCode, answer)

    def let_in(self, code: DeviceCode) -> "Station":
        """Wait for that person's answer and return this station as spoken to by them; good for minutes."""
        form = {"grant_type": _DEVICE_GRANT, "client_id": CLIENT_ID, "device_code": code.device_code}
        pause = code.interval
        while True:
            time.sleep(pause)
            try:
                return Station(self.url, self.transport.form(TOKEN_PATH, form)["access_token"])
            except ClientError as error:
                if error.reason == "slow_down":
                    pause += _SLOWER_SECONDS
                elif error.reason != "authorization_pending":
                    raise

    def me(self) -> User:
        """Return who the credentials stand for."""
        return self.transport.get_as(User, at("me"))

    def why(self, permission: str, thing: str | None = None, user: str | None = None) -> Decision:
        """Return whether the caller, or `user`, may do something, and why."""
        return why(self.transport, permission, thing, user)

    def search(self, text: str, limit: int = 5) -> Found:
        """Return the data sets, tools and runs that `text` finds, at most `limit` of each kind."""
        return self.transport.get_as(Found, at("search"), {"q": text, "limit": limit})

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()

    def __enter__(self) -> "Station":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
