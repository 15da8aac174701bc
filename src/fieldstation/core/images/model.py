"""What an image is called, and what is known of one that the station keeps."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fieldstation.kernel.errors import Invalid

DOCKER = "docker.io"
_HOST = re.compile(
    r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost)(?::[0-9]{1,5})?|[A-Za-z0-9-]+:[0-9]{1,5}", re.ASCII
)
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A name of an image, complete: its registry, its repository there, and a tag or, before that, a digest."""

    registry: str
    path: str
    tag: str | None = None
    digest: str | None = None

    @property
    def repository(self) -> str:
        """Registry and path, such as `docker.io/library/python`."""
        return f"{self.registry}/{self.path}"

    def __str__(self) -> str:
        """Return the name as it is written in full; a digest leaves no room for a tag."""
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"


@dataclass(frozen=True, kw_only=True)
class Content:
    """An image as it was unpacked. `digest`, of its configuration, is the same for the same content from anywhere.

    `digests` are those of the manifests and indexes by which it can be asked for too; `size` is that of its files, in
    bytes. `directory` and `environment` are how its author would have programs start.
    """

    digest: str
    digests: Sequence[str] = ()
    size: int = 0
    layers: int = 0
    created: str = ""
    directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def image(self) -> str:
        """The image as engines know it."""
        return f"oci:{self.digest}"


@dataclass(frozen=True, kw_only=True)
class Image:
    """A content under one of its names, and who brought it when."""

    id: str
    reference: str
    content: Content
    added_by: str
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class Archive:
    """An upload that holds an image: its id, and the digest of its bytes."""

    upload: str
    sha256: str


def parse(text: str) -> Reference:
    """Read the name of an image as container tools write it, `python:3.13` or `ghcr.io/acme/count@sha256:…`.

    Without a registry it is one of Docker Hub, without tag and digest the tag `latest` is meant. Raises Invalid.
    """
    name, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise _odd(text, "behind @ stands the digest, sha256: and 64 digits")
    head, slash, rest = name.partition("/")
    registry, path = (head.lower(), rest) if slash and _HOST.fullmatch(head) else (DOCKER, name)
    path, colon, tag = path.partition(":")
    if registry in (f"index.{DOCKER}", f"registry-1.{DOCKER}"):
        registry = DOCKER
    if registry == DOCKER and "/" not in path:
        path = f"library/{path}"
    if colon and not _TAG.fullmatch(tag):
        raise _odd(text, "behind : stands the tag, of letters, digits, '_', '.' and '-'")
    if len(text) > _LONGEST or not _PATH.fullmatch(path):
        raise _odd(text, "its name has small letters, digits, and '.', '_', '-' between them")
    found = Reference(registry=registry, path=path, tag=tag or None, digest=digest or None)
    return found if found.tag or found.digest else replace(found, tag="latest")


def read_reference(text: str) -> Reference | None:
    """Return what `parse` returns; None where that refuses."""
    try:
        return parse(text)
    except Invalid:
        return None


def names_of(reference: Reference) -> Sequence[str]:
    """Return what an archive may call this image: in full, as Docker shortens it, and by the tag alone."""
    names = [str(reference)]
    if reference.tag is not None:
        short = reference.path.removeprefix("library/")
        names += [f"{reference.path}:{reference.tag}", f"{short}:{reference.tag}", reference.tag]
    return names


def _odd(text: str, why: str) -> Invalid:
    return Invalid(
        f"{text[:100]!r} is no name of an image: {why}",
        next_step="write it as docker.io/library/python:3.13-slim or ghcr.io/acme/count@sha256:…",
        reason="image_name",
    )
