"""Applications: which there are, and those that run in projects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.things import Json
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class AppCost:
    """Coins (decimal) for each period and PxGi (processor × GiB); a period begun counts whole unless `pro_rata`."""

    coins: str
    period_seconds: float
    pro_rata: bool


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application that can be launched, in its newest version."""

    id: str
    tool: str
    version: str
    title: str
    description: str
    parameters: Mapping[str, Json]
    cost: AppCost
    cpu: float
    memory_bytes: int
    variants: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class App:
    """An application that was launched; `url` is where a browser opens it once its phase is `running`."""

    id: str
    run: str
    task: str
    project: str
    launched_by: str
    name: str
    application: str
    version: str
    title: str
    variables: Mapping[str, Json]
    phase: str
    url: str
    archived: bool
    cost: AppCost
    units: str
    launched_at: datetime
    error: str | None = None
    coins: str | None = None
    answered_at: datetime | None = None
    stopped_at: datetime | None = None


class Apps:
    """Everything about applications. One is named by its id, `PLURAL.GROUP`, also with `@VERSION`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def applications(self) -> Iterator[Application]:
        """Yield the applications that can be launched, newest first."""
        return self._transport.pages(Application, at("applications"))

    def launch(self, project: str, application: str, *, name: str, variables: Mapping[str, Json] | None = None) -> App:
        """Launch one in a project; it can be opened once its phase is `running`."""
        body = {"project": project, "application": application, "name": name, "variables": dict(variables or {})}
        return read(App, self._transport.send("POST", at("apps"), body))

    def all(self, project: str | None = None) -> Iterator[App]:
        """Yield launched applications, newest first, of one project (its id) where given."""
        return self._transport.pages(App, at("apps"), {"project": project})

    def show(self, app: str) -> App:
        """Return one."""
        return self._transport.get_as(App, at("apps", app))

    def stop(self, app: str) -> App:
        """End one, which stays to be seen."""
        return read(App, self._transport.send("POST", at("apps", app, "stop")))

    def archive(self, app: str, *, archived: bool = True) -> None:
        """Keep one to be seen for ever, or as long as others."""
        self._transport.send("PATCH", at("apps", app), {"archived": archived})

    def remove(self, app: str) -> str:
        """End one and remove it; returns the id of the task that is done once its program has ended."""
        return str(self._transport.send("DELETE", at("apps", app))["task"])
