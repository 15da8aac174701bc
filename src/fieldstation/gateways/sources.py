"""Where a station takes definitions from: the files and addresses that its operator named, and nothing else."""

import os
import stat
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from fieldstation.gateways.web import Web, WebRequest
from fieldstation.kernel.errors import Forbidden, Invalid, NotFound, TooLarge, Unavailable
from fieldstation.ports.web import Errand

_MOST_BYTES = 1 << 20
_PORTS = {"http": 80, "https": 443}


class ToolSources:
    """Reads texts below a station's sources: prefixes such as `https://host/path/` and `file:/folder/`."""

    def __init__(self, prefixes: Sequence[str], web: Web) -> None:
        self._prefixes = [_parts(prefix) for prefix in prefixes]
        folders = [unquote(one.path) for one in self._prefixes if one.scheme == "file"]
        self._prefixes += [_parts(_file_address(os.path.realpath(folder))) for folder in folders]
        self._web = web

    def admit(self, address: str) -> None:
        """Return when the address lies below a source; raise Forbidden or Invalid otherwise."""
        parts = _parts(address)
        if not any(_below(parts, prefix) for prefix in self._prefixes):
            raise Forbidden(
                "this station takes no definitions from there",
                next_step="ask an operator to name the place in FIELDSTATION_TOOL_SOURCES",
                reason="source_refused",
            )

    def read(self, errand: Errand) -> str:
        """Return the text at an address."""
        self.admit(errand.address)
        parts = urlsplit(errand.address)
        body = self._file(unquote(parts.path)) if parts.scheme == "file" else self._asked(errand)
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Invalid(
                f"{_name(errand.address)} is not UTF-8 text (byte {error.start})", next_step="save the file as UTF-8"
            ) from None

    def _asked(self, errand: Errand) -> bytes:
        request = WebRequest(url=errand.address, headers=errand.headers, query=errand.query)
        answer = self._web.ask(request, self.admit)
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise _missing(errand.address)
        if answer.status != HTTPStatus.OK:
            raise Unavailable(
                f"{_name(errand.address)} cannot be had: its host answers {answer.status}",
                next_step="see that the address is right, and what its host wants to see of you",
                reason="web_away",
            )
        return answer.body

    def _file(self, path: str) -> bytes:
        real = os.path.realpath(path)
        self.admit(_file_address(real))  # a link may lead elsewhere
        try:
            descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            raise _missing(path) from None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _missing(path)
            with open(descriptor, "rb", closefd=False) as file:
                body = file.read(_MOST_BYTES + 1)
        finally:
            os.close(descriptor)
        if len(body) > _MOST_BYTES:
            raise TooLarge(f"{_name(path)} has more than {_MOST_BYTES} bytes", next_step="split it into several files")
        return body


def _file_address(path: str) -> str:
    return f"file:{quote(path)}"


def _parts(address: str) -> SplitResult:
    """Take an address apart; Invalid where it could be read in two ways."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _odd("it cannot be read") from None
    steps = unquote(parts.path).split("/")
    if ".." in steps or "." in steps or "\\" in address or not address.isprintable() or "\0" in unquote(address):
        raise _odd("it must hold no . or .. as a step, no backslash and no control character")
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
        raise _odd("a file is written file:/folder/name")
    if parts.scheme not in ("file", *_PORTS) or (parts.scheme != "file" and not parts.hostname):
        raise _odd("it must begin with https: or file:")
    if parts.username is not None or parts.password is not None:
        raise _odd("it must not hold a name and password")
    host = "" if parts.scheme == "file" else f"{(parts.hostname or '').lower()}:{port or _PORTS[parts.scheme]}"
    return parts._replace(netloc=host)


def _below(parts: SplitResult, prefix: SplitResult) -> bool:
    """Tell whether an address begins with all of a prefix, ending at a step of its path."""
    if (parts.scheme, parts.netloc) != (prefix.scheme, prefix.netloc):
        return False
    path, start = unquote(parts.path), unquote(prefix.path)
    return path == start or path.startswith(start if start.endswith("/") else f"{start}/")


def _name(address: str) -> str:
    return Path(urlsplit(address).path).name or address


def _missing(address: str) -> NotFound:
    return NotFound(f"{_name(address)} is not there, or cannot be read", next_step="see that the address is right")


def _odd(why: str) -> Invalid:
    return Invalid(f"that is no address of definitions: {why}", next_step="give an https: or file: address")
