"""The built console: its page at every address that no door owns, its scripts to be kept for ever.

The build writes every file of some size also as `NAME.br` and `NAME.gz`; what is under `assets/` has the digest of its
contents in its name.
"""

import hashlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from fastapi.responses import FileResponse, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from fieldstation.facades.kit.plain import notice
from fieldstation.facades.kit.ranges import NotModified, wanted

STATIC = Path(__file__).parent / "static"
INDEX = "/index.html"
_FOR_EVER = "/assets/"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the best first
_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # Mantine writes the variables of its theme into the page
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "frame-src": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, kw_only=True)
class _File:
    """One file as it may be sent: under each encoding a path and its entity tag; the empty encoding is the file."""

    media_type: str
    forms: Mapping[str, tuple[Path, str]]


@dataclass(frozen=True, kw_only=True)
class _Route:
    """The name under which requests for the console are logged and counted."""

    path: str


class ConsoleFiles:
    """ASGI application behind all routes: answers what belongs to the console, passes the rest to `otherwise`.

    `owned` are the first parts of the paths that doors own. A console that is built while the station runs is found.
    """

    def __init__(self, root: Path, owned: Collection[str], otherwise: ASGIApp) -> None:
        self._root = root
        self._owned = owned
        self._otherwise = otherwise
        self._seen: tuple[int, int] | None = None
        self._files: Mapping[str, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        answer = self._answer(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        await (answer or self._otherwise)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        self._look()
        path, headers = scope["path"], Headers(scope=scope)
        if path != INDEX and (file := self._files.get(path)):
            scope["route"] = _Route(path="/assets/{path}" if path.startswith(_FOR_EVER) else path)
            return _send(file, headers, for_ever=path.startswith(_FOR_EVER))
        if not self._is_page(path, headers.get("accept", "")):
            return None
        scope["route"] = _Route(path="/{page}")
        page = self._files.get(INDEX)
        return _send(page, headers, for_ever=False) if page else _not_built()

    def _is_page(self, path: str, accept: str) -> bool:
        first = path.split("/")[1]
        if path.startswith(_FOR_EVER) or first in self._owned:
            return False
        return path == "/" or "text/html" in accept.lower()

    def _look(self) -> None:
        """Read the list of files anew after every build, which takes the place of the one before as a whole."""
        try:
            found = os.stat(self._root / INDEX[1:])  # noqa: PTH116  # once per request
        except OSError:
            self._seen, self._files = None, {}
            return
        if self._seen != (found.st_mtime_ns, found.st_ino):
            self._files = _read(self._root)
            self._seen = (found.st_mtime_ns, found.st_ino)


def _read(root: Path) -> Mapping[str, _File]:
    there = {path for path in root.rglob("*") if path.is_file()}
    found = {}
    for path in there:
        forms = {name: path.with_name(path.name + end) for name, end in _ENCODINGS.items()}
        sent = {name: form for name, form in {**forms, "": path}.items() if form in there}
        found["/" + path.relative_to(root).as_posix()] = _File(
            media_type=_MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
            forms={
                name: (form, f'"{hashlib.sha256(form.read_bytes()).hexdigest()[:32]}"') for name, form in sent.items()
            },
        )
    return found


def _send(file: _File, headers: Headers, *, for_ever: bool) -> Response:
    encoding = next(name for name in (*_accepted(headers.get("accept-encoding", "")), "") if name in file.forms)
    path, etag = file.forms[encoding]
    common = {
        **_HEADERS,
        "Cache-Control": "public, max-age=31536000, immutable" if for_ever else "no-cache",
        "ETag": etag,
        "Vary": "Accept-Encoding",
    }
    found = path.stat()
    if isinstance(wanted(headers, etag=etag, size=found.st_size), NotModified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=common)
    if encoding:
        common["Content-Encoding"] = encoding
    return FileResponse(path, headers=common, media_type=file.media_type, stat_result=found)


def _accepted(header: str) -> list[str]:
    """Return the encodings of ours that the client takes, the best first."""
    taken = set()
    for part in header.lower().split(","):
        name, _, quality = part.partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return [name for name in _ENCODINGS if name in taken]


def _not_built() -> Response:
    return notice(
        "The console is not built",
        "This station was started from its sources, and the console's pages were not made yet. Install Node 20 or"
        " newer with npm, type `make setup`, and load this page again. The commands and the REST API work without it.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
