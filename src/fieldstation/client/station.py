"""`Station`: everything that a program can ask of one station."""

from types import TracebackType

from fieldstation.client.datasets import Datasets
from fieldstation.client.people import Projects, Tokens, Users, why
from fieldstation.client.profile import chosen_profile
from fieldstation.client.runs import Runs
from fieldstation.client.things import Decision, User
from fieldstation.client.tools import Tools
from fieldstation.client.transport import Transport, at

CLIENT_ID = "fieldstation"
TOKEN_PATH = "/auth/realms/fieldstation/protocol/openid-connect/token"  # noqa: S105  # an address


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
        self.tools = Tools(self.transport)
        self.runs = Runs(self.transport)
        self.users = Users(self.transport)
        self.tokens = Tokens(self.transport)
        self.projects = Projects(self.transport)

    @property
    def url(self) -> str:
        """The address of the station."""
        return self.transport.url

    def sign_in(self, username: str, password: str) -> "Station":
        """Return this station as spoken to by a user; good for minutes: make a service token for longer."""
        form = {"grant_type": "password", "client_id": CLIENT_ID, "username": username, "password": password}
        answer = self.transport.form(TOKEN_PATH, form)
        return Station(self.url, answer["access_token"])

    def me(self) -> User:
        """Return who the credentials stand for."""
        return self.transport.get_as(User, at("me"))

    def why(self, permission: str, thing: str | None = None, user: str | None = None) -> Decision:
        """Return whether the caller, or `user`, may do something, and why."""
        return why(self.transport, permission, thing, user)

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()

    def __enter__(self) -> "Station":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
