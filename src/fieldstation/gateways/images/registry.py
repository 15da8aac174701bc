"""Fetching an image from its registry: the pull half of the OCI distribution specification, version 1.1.

What comes is written as an OCI layout, each blob compared with its digest and length; blobs that are there already from
a try that was cut off are not asked for again.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fieldstation.gateways.web import Web, WebAnswer, WebRequest
from fieldstation.kernel.errors import Invalid, NotFound, TooLarge, Unavailable

_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_DOCKER = "docker.io"
_PARAMETER = re.compile(r'([a-z]+)="([^"]*)"')
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to fetch: a registry and a repository in it, and there a tag or a digest, for one architecture of Linux."""

    registry: str
    path: str
    version: str
    architecture: str


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Whom to tell how far it is; `check` is called often and raises to stop it."""

    check: Callable[[], None]
    tell: Callable[[str], None]


class Registry:
    """Fetches images of at most `most_bytes`: their manifests by one client, with bounds for texts, layers by another.

    `plain` are registries (`host:port`) that are asked without TLS.
    """

    def __init__(self, texts: Web, layers: Web, *, plain: Sequence[str] = (), most_bytes: int) -> None:
        self._texts = texts
        self._layers = layers
        self._plain = frozenset(plain)
        self._most_bytes = most_bytes

    def fetch(self, wanted: Wanted, folder: Path, progress: Progress) -> None:
        """Write the image into `folder`, as an OCI layout.

        Raises NotFound (no such image, or none that everybody may have), Invalid for what is no image or none for this
        machine, TooLarge, Unavailable, Forbidden for addresses that the station does not reach.
        """
        _Fetching(self, wanted, folder, progress).all()

    def address(self, registry: str, path: str) -> str:
        """Return where a repository is asked for."""
        host = f"registry-1.{_DOCKER}" if registry == _DOCKER else registry
        return f"{'http' if registry in self._plain else 'https'}://{host}/v2/{path}"

    def ask(self, request: WebRequest) -> WebAnswer:
        """Ask for a text."""
        return self._texts.ask(request)

    def save(self, request: WebRequest, take: Callable[[bytes], None]) -> WebAnswer:
        """Ask for bytes."""
        return self._layers.save(request, take)

    @property
    def most_bytes(self) -> int:
        """How many bytes the layers of an image may have together, as they are sent."""
        return self._most_bytes


class _Fetching:
    """One image on its way."""

    def __init__(self, registry: Registry, wanted: Wanted, folder: Path, progress: Progress) -> None:
        self._registry = registry
        self._wanted = wanted
        self._folder = folder
        self._progress = progress
        self._token: str | None = None
        self._address = registry.address(wanted.registry, wanted.path)
        (folder / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)

    def all(self) -> None:
        top, kind = self._text(self._wanted.version)
        manifest = top
        if kind in _INDEXES or "manifests" in manifest.content:
            chosen = _for(manifest.content, self._wanted.architecture)
            manifest, _ = self._text(chosen)
        parts = [manifest.content.get("config"), *(manifest.content.get("layers") or ())]
        sizes = [_descriptor(part) for part in parts]
        if (total := sum(size for _, size in sizes)) > self._registry.most_bytes:
            raise TooLarge(
                f"the image has {total} bytes, and the station takes {self._registry.most_bytes}",
                next_step="use a smaller one, or have an operator raise FIELDSTATION_IMAGE_BYTES",
                reason="image_too_large",
            )
        for place, (digest, size) in enumerate(sizes):
            self._progress.tell(f"part {place + 1} of {len(sizes)}: {size:,} bytes")
            self._blob(digest, size)
        entry = {"mediaType": kind or _MANIFESTS[0], "digest": top.digest, "size": top.size}
        index = {"schemaVersion": 2, "manifests": [entry]}
        (self._folder / "index.json").write_text(json.dumps(index))
        (self._folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def _text(self, version: str) -> tuple["_Text", str]:
        """Return a manifest or an index, kept as a blob, and its media type."""
        request = WebRequest(
            url=f"{self._address}/manifests/{version}", headers={"Accept": ", ".join((*_MANIFESTS, *_INDEXES))}
        )
        answer = self._asked(request, self._registry.ask)
        digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        if _DIGEST.fullmatch(version) and digest != version:
            raise _damaged(f"asked for {version} the registry sends {digest}")
        try:
            content = json.loads(answer.body)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise _damaged("the registry sends a manifest that is none")
        self._path(digest).write_bytes(answer.body)
        kind = str(content.get("mediaType") or answer.headers.get("content-type", "")).partition(";")[0]
        return _Text(digest=digest, size=len(answer.body), content=content), kind

    def _blob(self, digest: str, size: int) -> None:
        path = self._path(digest)
        if path.exists() and path.stat().st_size == size:
            return
        fresh = path.with_suffix(".part")
        summed = hashlib.sha256()
        with fresh.open("wb") as file:

            def take(data: bytes) -> None:
                self._progress.check()
                summed.update(data)
                file.write(data)
                if file.tell() > size:
                    raise _damaged(f"the registry sends more than the {size} bytes of {digest}")

            self._asked(
                WebRequest(url=f"{self._address}/blobs/{digest}"), lambda request: self._registry.save(request, take)
            )
        if f"sha256:{summed.hexdigest()}" != digest:
            fresh.unlink()
            raise _damaged(f"the bytes that came for {digest} have another digest")
        fresh.rename(path)

    def _asked(self, request: WebRequest, ask: Callable[[WebRequest], WebAnswer]) -> WebAnswer:
        """Ask, with a token for everybody where the registry wants to see one."""
        answer = ask(self._signed(request))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._token = self._new_token(answer.headers.get("www-authenticate", ""))
            answer = ask(self._signed(request))
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise NotFound(
                f"{self._wanted.registry} has no image {self._wanted.path} {self._wanted.version} for everybody",
                next_step="see that its name is right; send one that is not for everybody as an archive",
                reason="image_not_found",
            )
        if answer.status != HTTPStatus.OK:
            raise Unavailable(
                f"{self._wanted.registry} answers {answer.status}",
                next_step="nothing: it is tried again",
                reason="registry_away",
            )
        return answer

    def _signed(self, request: WebRequest) -> WebRequest:
        if self._token is None:
            return request
        return WebRequest(url=request.url, headers={**request.headers, "Authorization": f"Bearer {self._token}"})

    def _new_token(self, challenge: str) -> str | None:
        scheme, _, rest = challenge.partition(" ")
        named = dict(_PARAMETER.findall(rest))
        if scheme.lower() != "bearer" or "realm" not in named:
            return None
        query = {key: named[key] for key in ("service", "scope") if key in named}
        answer = self._registry.ask(WebRequest(url=named["realm"], query=query))
        try:
            found = json.loads(answer.body) if answer.status == HTTPStatus.OK else {}
        except ValueError:
            found = {}
        token = (found.get("token") or found.get("access_token")) if isinstance(found, dict) else None
        return token if isinstance(token, str) else None

    def _path(self, digest: str) -> Path:
        return self._folder / "blobs" / "sha256" / digest.removeprefix("sha256:")


@dataclass(frozen=True, kw_only=True)
class _Text:
    digest: str
    size: int
    content: Mapping[str, Any]


def _for(index: Mapping[str, Any], architecture: str) -> str:
    """Return the digest of the manifest for an architecture."""
    known = []
    for entry in index.get("manifests") or ():
        platform = (entry.get("platform") if isinstance(entry, dict) else None) or {}
        if (platform.get("os"), platform.get("architecture")) == ("linux", architecture):
            return _descriptor(entry)[0]
        known.append(f"{platform.get('os')}/{platform.get('architecture')}")
    raise Invalid(
        f"there is no such image for linux/{architecture}, only for {', '.join(known)}",
        next_step="use an image that is built for this station's machine",
        reason="image_architecture",
    )


def _descriptor(entry: Any) -> tuple[str, int]:
    digest = entry.get("digest") if isinstance(entry, dict) else None
    size = entry.get("size") if isinstance(entry, dict) else None
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest) or not isinstance(size, int) or size < 0:
        raise _damaged("a manifest names a part without digest or size")
    return digest, size


def _damaged(fault: str) -> Invalid:
    return Invalid(
        f"the image is not what it says: {fault}",
        next_step="tell who publishes it; nothing of it was kept",
        reason="image_damaged",
    )
