"""Tools defined elsewhere: the manifests that they come from, and what their work costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a load came to; every failure names the file or the job that it is about."""

    ok: bool
    manifests: int
    files: int
    jobs: int
    loaded: int
    manifest_failures: Sequence[str] = field(default_factory=tuple)
    file_failures: Sequence[str] = field(default_factory=tuple)
    job_failures: Sequence[str] = field(default_factory=tuple)

    @property
    def failures(self) -> Sequence[str]:
        """All that failed."""
        return (*self.manifest_failures, *self.file_failures, *self.job_failures)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A manifest; of its secrets only the names are told."""

    id: str
    url: str
    created: datetime
    created_by: str
    headers: Sequence[str] = field(default_factory=tuple)
    query: Sequence[str] = field(default_factory=tuple)
    loaded: datetime | None = None
    loaded_well: datetime | None = None
    last: Load | None = None
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class RatedTool:
    """A version of a job; `rate` is None where it costs nothing."""

    id: str
    namespace: str
    name: str
    version: str
    rate: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What a thousand of a job's cost came to in coins from some moment on."""

    rate: str
    created: datetime
    created_by: str
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret of the station, without its value."""

    name: str
    key: str
    kept: datetime
    kept_by: str


class Secrets:
    """Values that definitions of jobs ask for by name and key; for operators."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self) -> Iterator[Secret]:
        """Yield what secrets there are, by name and key."""
        return self._transport.pages(Secret, at("secrets"))

    def keep(self, name: str, key: str, value: str) -> None:
        """Keep a value, in place of the one of this name and key."""
        self._transport.send("PUT", at("secrets", name, key), {"value": value})

    def remove(self, name: str, key: str) -> None:
        """Remove a secret."""
        self._transport.send("DELETE", at("secrets", name, key))


class Manifests:
    """Where tools defined elsewhere come from; for operators."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        strict: bool | None = None,
    ) -> Load:
        """Load tools from a manifest, a new one or one known by its address.

        `strict` holds its files to the letter of their published rules; None leaves that as it was.
        """
        body = {"url": url, "headers": dict(headers or {}), "query": dict(query or {}), "strict": strict}
        return read(Load, self._transport.send("POST", at("tool-manifests"), body))

    def all(self) -> Iterator[Manifest]:
        """Yield the manifests, oldest first."""
        return self._transport.pages(Manifest, at("tool-manifests"))

    def load(self) -> Load:
        """Load every manifest again; in a station for development."""
        return read(Load, self._transport.send("POST", at("tool-manifests", "load")))

    def remove(self, manifest_id: str, *, purge: bool = False) -> None:
        """Remove a manifest, with `purge` also the tools that came from it alone; in a station for development."""
        self._transport.send("DELETE", at("tool-manifests", manifest_id) + ("?purge=true" if purge else ""))


class Rates:
    """What the work of jobs costs."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self, *, undefined: bool = False) -> Iterator[RatedTool]:
        """Yield the jobs that the caller may use; `undefined`: those that no rate was set for."""
        return self._transport.pages(RatedTool, at("tool-rates"), {"undefined": "true"} if undefined else {})

    def history(self, tool: str, version: str) -> Iterator[Rate]:
        """Yield the rates of a version, latest first."""
        return self._transport.pages(Rate, at("tools", tool, "versions", version, "rates"))

    def set(self, tool: str, version: str, rate: str, comment: str | None = None) -> None:
        """Say what a version costs from now on; for operators."""
        body = {"rate": rate} | ({"comment": comment} if comment else {})
        self._transport.send("POST", at("tools", tool, "versions", version, "rates"), body)
