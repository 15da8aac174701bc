"""Which station is meant, and with which token: variables, then what `login` wrote, then the one of this machine.

A token is only ever given to the address that it was kept for.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from fieldstation.kernel.places import data_directory

DEFAULT_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One station and the credentials for it."""

    url: str
    token: str | None = None
    username: str | None = None


@dataclass(frozen=True, kw_only=True)
class LocalStation:
    """A station that says it runs on this machine; `admin_password` is None when we may not read it."""

    url: str
    data: Path
    admin_password: str | None


def profile_file() -> Path:
    """Return where the profile is kept."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "fieldstation" / "profile.json"


def read_profile() -> Profile | None:
    """Return the kept profile; None when there is none, or it cannot be read."""
    document = _json(profile_file())
    if document is None or "url" not in document:
        return None
    return Profile(url=document["url"], token=document.get("token"), username=document.get("username"))


def write_profile(profile: Profile) -> Path:
    """Keep `profile`, readable by its owner alone from the first byte on; return where."""
    file = profile_file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        json.dump({name: value for name, value in asdict(profile).items() if value is not None}, written, indent=2)
    new.replace(file)
    return file


def local_station(data: Path | None = None) -> LocalStation | None:
    """Return the station whose data directory is `data` (the usual one when None), if one says that it is there."""
    folder = data or data_directory()
    document = _json(folder / "station.json")
    if document is None or "url" not in document:
        return None
    return LocalStation(url=document["url"], data=folder, admin_password=_text(folder / "admin-password"))


def chosen_profile(url: str | None = None) -> Profile:
    """Return the station that is meant: `url`, `FIELDSTATION_URL`, the kept one, the one here, in that order."""
    kept = read_profile()
    local = None if url or kept else local_station()
    address = url or os.environ.get("FIELDSTATION_URL") or (kept and kept.url) or (local and local.url) or DEFAULT_URL
    token = os.environ.get("FIELDSTATION_TOKEN")
    if token is None and kept is not None and kept.url == address.rstrip("/"):
        return kept
    return Profile(url=address.rstrip("/"), token=token)


def _json(file: Path) -> Mapping[str, str] | None:
    text = _text(file)
    try:
        document = json.loads(text) if text is not None else None
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return None
