"""What of a request may be kept in a log: no secrets, no files, and not too much."""

import json
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "..."  # stands for every secret
_NAMES = re.compile(
    r"token|secret|passw|passphrase|header|params|authori[sz]ation|credential|cookie|api.?key", re.IGNORECASE
)
_SECRETS = re.compile(r"fst_[0-9a-f]{32}_[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*|Bearer\s+\S+")
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")
_QUERY = re.compile(r"(?<=[?&;])([^=&;\s]{0,100})=[^&;\s]*")
_IN_PATH = re.compile(r"(?<=/token/)[^/]+")
_MOST_FIELDS = 50
_NAME, _VALUE, _WHOLE, _PATH = 100, 2000, 4000, 1000  # characters
_DEPTH = 20


def redacted(texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts without their secrets, each and all together cut to a bound."""
    kept: dict[str, str] = {}
    room = _WHOLE
    for name, value in list(texts.items())[:_MOST_FIELDS]:
        text = HIDDEN if _NAMES.search(name) else _cut(_plain(_structured(value)), min(_VALUE, room))
        kept[_cut(_plain(name), _NAME)] = text
        room -= len(text)
        if room <= 0:
            break
    return kept


def redacted_path(path: str) -> str:
    """Return a path without its secrets, cut to a bound."""
    return _cut(_plain(_IN_PATH.sub(HIDDEN, _told(path))), _PATH)


def _structured(value: str) -> str:
    """Leave secrets out of a text, by their names where it is a JSON document."""
    if value.lstrip()[:1] in ("{", "["):
        try:
            return json.dumps(_without(json.loads(value), _DEPTH))
        except (ValueError, RecursionError):
            return HIDDEN  # nobody knows what is in it
    return _told(value)


def _without(value: Any, depth: int) -> Any:
    if depth == 0:
        return HIDDEN
    if isinstance(value, dict):
        return {name: HIDDEN if _NAMES.search(name) else _without(one, depth - 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, depth - 1) for one in value]
    return _told(value) if isinstance(value, str) else value


def _told(text: str) -> str:
    without = _SECRETS.sub(HIDDEN, text)
    return _QUERY.sub(rf"\1={HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", without)) if "://" in without else without


def _plain(text: str) -> str:
    """Return a text that a database takes: no NUL, no halves of surrogate pairs."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"
