"""Every setting of a station: from `DIR/station.toml` and `FIELDSTATION_*`, checked at once, frozen."""

import os
import platform
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from fieldstation.core.accounting.model.products import TIERS, read_tiers
from fieldstation.core.datasets.model.filetypes import read_types
from fieldstation.gateways.oidc_roles import USUAL, read_roles
from fieldstation.kernel.errors import Broken, Problem
from fieldstation.kernel.places import default_data_directory as default_data_directory

PREFIX = "FIELDSTATION_"
_NO_UID = 2**32 - 1  # stands for "none" in the kernel's calls


def _default_engines() -> tuple[str, ...]:
    return ("process",) if platform.system() == "Darwin" else ("sandbox",)


class Settings(BaseSettings):
    """One station's settings. Each field is the variable `FIELDSTATION_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data: Path = Field(default_factory=default_data_directory, description="data directory")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 takes any free one")
    database_url: str | None = Field(
        default=None, description="an outside PostgreSQL; otherwise the station runs its own"
    )
    admin_password: str | None = Field(
        default=None, min_length=8, description="password of the first user, `admin`; made up if unset"
    )
    oidc_issuer: str | None = Field(
        default=None, description="an outside OpenID Connect issuer; otherwise the built-in one"
    )
    oidc_client_id: str = Field(default="fieldstation", description="how the station is registered at that issuer")
    oidc_client_secret_file: Path | None = Field(
        default=None, description="a file with the secret of that registration; a public client has none"
    )
    oidc_audiences: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="other clients or audiences of that issuer whose access tokens let people in, such as "
        "`data-manager,account-server`",
    )
    oidc_roles: str = Field(
        default=USUAL,
        description="which of the issuer's roles make somebody what, `LEVEL=ROLE|ROLE` with the levels evaluator, user "
        "and admin: of the realm, of the station's registration or of those clients, `CLIENT/ROLE` of another client",
    )
    oidc_roles_required: bool = Field(
        default=False, description="`true`: who has none of those roles is not let in; otherwise they are a user"
    )
    public_url: str | None = Field(default=None, description="the address that users see")
    engines: Annotated[tuple[str, ...], NoDecode] = Field(
        default_factory=_default_engines, description="engines to offer, by name"
    )
    slots: int = Field(
        default_factory=lambda: 2 * (os.cpu_count() or 1), ge=1, description="how many attempts run at once"
    )
    workers: int = Field(default=1, ge=1, le=64, description="worker processes beside the doors")
    apps_url: str | None = Field(default=None, description="origin of applications and untrusted content")
    apps_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="port that this origin listens on, at the station's host; 0 takes the next free one after its port",
    )
    apps: int = Field(default=16, ge=0, le=10_000, description="how many applications run at once")
    allowed_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(), description="folders that may be registered in place"
    )
    outbound_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="private hosts that outbound requests may reach"
    )
    tool_sources: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="where manifests of tools may come from: beginnings of `https:` and `file:` addresses"
    )
    strict_jobs: bool = Field(
        default=False,
        description="`true`: definitions of jobs are held to the letter of their published rules, launches to their "
        "definitions: no variable that is not declared, no number for text, and each value is one argument",
    )
    registries: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("docker.io", "ghcr.io", "quay.io"),
        description="registries that operators may bring container images from; `http://host:port` for one without TLS",
    )
    image_bytes: int = Field(default=16 << 30, gt=0, description="what a container image may have, as it is sent")
    stream_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="other origins, such as `https://squonk.example.org`, whose pages may read event streams",
    )
    dataset_types: str | None = Field(
        default=None,
        description="types of data sets beside those built in, `TYPE/SUBTYPE=.ending,.other` with `;` between",
    )
    mode: Literal["PRODUCTION", "DEVELOPMENT"] = Field(
        default="PRODUCTION", description="`DEVELOPMENT` lets operators take back definitions that were published"
    )
    uid_range: str = Field(
        default="20000-59999", pattern=r"^\d+-\d+$", description="uids for runs, when the station runs as root"
    )
    store: Path | None = Field(
        default=None,
        description="folder of the files of data sets, which may be a network mount; otherwise the data directory",
    )
    projects: Path | None = Field(
        default=None,
        description="folder of the files of projects, which may be a network mount; otherwise `DIR/projects`",
    )
    first_user_uid: int = Field(
        default=1_000_000, ge=1000, lt=2**31, description="users own their files by uids from here on, as root"
    )
    first_project_gid: int = Field(
        default=1_000_000, ge=1000, lt=2**31, description="projects are numeric groups from here on, as root"
    )
    instance_days: float = Field(
        default=30.0, ge=0.01, description="after so many days a launched job that ended goes, unless it is archived"
    )
    secret_key_file: Path | None = Field(default=None, description="the station key; otherwise `DIR/station.key`")
    quota_bytes: int = Field(
        default=100 << 30, ge=0, description="bytes one person may keep, unless an operator set another"
    )
    reserve_bytes: int = Field(default=256 << 20, ge=0, description="bytes of disk never filled with uploads")
    accounting: bool = Field(
        default=False,
        description="`true`: a project needs a project tier that pays for it, a data set a storage subscription of its "
        "unit",
    )
    tiers: str = Field(
        default=TIERS,
        description="coins of a billing period by flavour of project tier, `FLAVOUR=ALLOWANCE/LIMIT`: up to the first "
        "at the plain price, at the second new work is refused",
    )
    storage_cost: Decimal = Field(
        default=Decimal(1),
        ge=0,
        max_digits=12,
        decimal_places=6,
        description="coins a day for each GiB of storage begun",
    )
    allowance_multiplier: Decimal = Field(
        default=Decimal(1),
        ge=1,
        le=1000,
        max_digits=9,
        decimal_places=6,
        description="what a coin of a product counts for beyond its allowance, up to its limit",
    )
    overspend_multiplier: Decimal = Field(
        default=Decimal(1),
        ge=1,
        le=1000,
        max_digits=9,
        decimal_places=6,
        description="what a coin of a product counts for beyond its limit",
    )
    amqp_url: SecretStr | None = Field(
        default=None,
        description="a message broker (`amqp://USER:PASSWORD@HOST:PORT/VHOST`) that what is told of instances goes "
        "through; otherwise it goes through the database alone",
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="how much is logged")

    @field_validator(
        "engines",
        "allowed_roots",
        "outbound_allow",
        "tool_sources",
        "registries",
        "stream_origins",
        "oidc_audiences",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("tiers", mode="after")
    @classmethod
    def _sound_tiers(cls, value: str) -> str:
        read_tiers(value)
        return value

    @field_validator("dataset_types", mode="after")
    @classmethod
    def _sound_types(cls, value: str | None) -> str | None:
        read_types(value or "")
        return value

    @field_validator("uid_range", mode="after")
    @classmethod
    def _sound_range(cls, value: str) -> str:
        first, _, last = value.partition("-")
        if not 0 < int(first) <= int(last) < _NO_UID:
            raise ValueError(f"must go from a uid above 0 up to one not below it, not {value}")
        return value

    @field_validator("tool_sources", mode="after")
    @classmethod
    def _sound_sources(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            parts = urlsplit(one)
            file = parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc
            if not file and not (parts.scheme in ("https", "http") and parts.hostname and not parts.username):
                raise ValueError(f"must hold beginnings such as https://host/path/ or file:/folder/, not {one[:100]}")
        return value

    @field_validator("amqp_url", mode="after")
    @classmethod
    def _sound_broker(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit("amqp://none" if value is None else value.get_secret_value())
        try:
            good = parts.scheme in ("amqp", "amqps") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good:
            raise ValueError("must be an address such as amqp://station:PASSWORD@broker.example.org:5672/station")
        return value

    @field_validator("oidc_roles", mode="after")
    @classmethod
    def _sound_roles(cls, value: str) -> str:
        read_roles(value)
        return value

    @field_validator("oidc_issuer", mode="after")
    @classmethod
    def _sound_issuer(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://none")
        here = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not parts.hostname or parts.query or parts.fragment or parts.scheme not in ("https", "http"):
            raise ValueError(f"must be an address such as https://login.example.org/realms/science, not {value}")
        if parts.scheme == "http" and not here:
            raise ValueError("must begin with https://, except on this machine: whoever is in between could be anybody")
        return value

    @field_validator("data", "store", "projects", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (named by the base class)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read options of the command line first, then variables, then `DIR/station.toml`."""
        chosen = init_settings.init_kwargs.get("data") if hasattr(init_settings, "init_kwargs") else None
        folder = Path(chosen or os.environ.get(f"{PREFIX}DATA") or default_data_directory())
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, folder / "station.toml")

    @property
    def uids(self) -> range:
        """The uids that runs may take."""
        first, _, last = self.uid_range.partition("-")
        return range(int(first), int(last) + 1)


def load_settings(**chosen: object) -> Settings:
    """Read all settings; Broken lists every fault at once, by variable name."""
    try:
        return Settings(**{name: value for name, value in chosen.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problems = [
            Problem(where=PREFIX + str(fault["loc"][0]).upper() if fault["loc"] else PREFIX, text=fault["msg"])
            for fault in error.errors()
        ]
        raise Broken(
            "the station's settings have faults",
            next_step="mend the variables named and start again",
            problems=problems,
            reason="settings",
        ) from None
