"""Which image of a layout or an archive is meant, what it is made of, and how its programs are to be started."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .faults import Malformed
from .source import Source, blob_path, read_blob, read_object, read_text

_REFERENCE, _NAME = "org.opencontainers.image.ref.name", "io.containerd.image.name"
_DEEPEST = 4  # indexes in indexes
_MOST_LAYERS = 512
_MOST_MANIFESTS = 256
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A part of the file system: its path in the source, and the SHA-256 of its archive (`plain`: uncompressed)."""

    path: str
    packed: str | None
    plain: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """An image that was chosen: its layers, lowest first, and its configuration.

    `config` is the digest of the configuration, which names every layer: it is the same for the same content. `digests`
    are those of the manifest, and of the indexes that lead to it.
    """

    digests: Sequence[str]
    config: str
    about: Mapping[str, Any]
    layers: Sequence[Layer]
    names: Sequence[str] = field(default=())


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A manifest for this machine: the digests that lead to it, its own as the last, and what it is called."""

    digests: tuple[str, ...]
    names: tuple[str, ...]


_TOP = _Candidate(digests=(), names=())


def find(source: Source, architecture: str, names: Sequence[str]) -> Found:
    """Return the image for this architecture; of several, the one that has one of these names. Raises Malformed."""
    if source.has("index.json"):
        found = _in_layout(source, architecture, names)
    elif source.has("manifest.json"):
        found = _in_archive(source, names)
    else:
        raise Malformed("this is no image: it has neither index.json (OCI) nor manifest.json (docker save)")
    system, built = found.about.get("os", "linux"), found.about.get("architecture", architecture)
    if (system, built) != ("linux", architecture):
        raise Malformed(f"the image is for {system}/{built}; this station runs linux/{architecture}")
    return found


def _in_layout(source: Source, architecture: str, names: Sequence[str]) -> Found:
    index = read_object(read_text(source, "index.json"), "index.json")
    found = list(_manifests(source, index, architecture))
    chosen = _chosen([(one.names, one) for one in found], names, f"manifest for linux/{architecture}")
    manifest = read_object(read_blob(source, chosen.digests[-1]), "the manifest")
    config = _digest_of(manifest.get("config"), "its configuration")
    packed = [_digest_of(layer, "a layer") for layer in _listed(manifest.get("layers"), "layers of the manifest")]
    about = read_object(read_blob(source, config), "the configuration")
    plain = _plain(about, len(packed))
    return Found(
        digests=chosen.digests,
        config=config,
        about=about,
        layers=[Layer(path=blob_path(one), packed=one, plain=other) for one, other in zip(packed, plain, strict=True)],
        names=chosen.names,
    )


def _manifests(
    source: Source, index: Mapping[str, Any], architecture: str, above: _Candidate = _TOP
) -> Iterator[_Candidate]:
    if len(above.digests) > _DEEPEST:
        raise Malformed(f"its index leads through more than {_DEEPEST} others")
    for entry in _listed(index.get("manifests"), "manifests of the index")[:_MOST_MANIFESTS]:
        if not isinstance(entry, dict):
            raise Malformed("an entry of its index is no object")
        platform = entry.get("platform") or {}
        if platform and (platform.get("os"), platform.get("architecture")) != ("linux", architecture):
            continue
        notes = entry.get("annotations") or {}
        names = tuple(str(notes[key]) for key in (_NAME, _REFERENCE) if key in notes) or above.names
        digest = _digest_of(entry, "an entry of its index")
        if not source.has(blob_path(digest)):
            continue  # a variant that was not fetched
        found = _Candidate(digests=(*above.digests, digest), names=names)
        inner = read_object(read_blob(source, digest), "a manifest")
        if "manifests" in inner:
            yield from _manifests(source, inner, architecture, found)
        elif "layers" in inner:
            yield found


def _in_archive(source: Source, names: Sequence[str]) -> Found:
    """Return an image of an archive as `docker save` wrote it before it wrote OCI layouts."""
    data = read_text(source, "manifest.json")
    listed = _listed(read_object(b'{"images":' + data + b"}", "manifest.json").get("images"), "images of the archive")
    entries = [one for one in listed if isinstance(one, dict)]
    chosen = _chosen([(tuple(map(str, one.get("RepoTags") or ())), one) for one in entries], names, "image")
    config = read_text(source, str(chosen.get("Config")))
    about = read_object(config, "the configuration")
    paths = [str(path) for path in _listed(chosen.get("Layers"), "layers of the archive")]
    plain = _plain(about, len(paths))
    return Found(
        digests=(),
        config=f"sha256:{hashlib.sha256(config).hexdigest()}",
        about=about,
        layers=[Layer(path=path, packed=None, plain=one) for path, one in zip(paths, plain, strict=True)],
        names=tuple(map(str, chosen.get("RepoTags") or ())),
    )


def _chosen(candidates: Sequence[tuple[Sequence[str], _T]], names: Sequence[str], what: str) -> _T:
    if not candidates:
        raise Malformed(f"it holds no {what}")
    if len(candidates) == 1:
        return candidates[0][1]
    for called, one in candidates:
        if set(called) & set(names):
            return one
    known = ", ".join(sorted({name for called, _ in candidates for name in called})[:20])
    raise Malformed(f"it holds several images, and none is called {names[0] if names else 'so'}: {known}")


def _plain(about: Mapping[str, Any], count: int) -> Sequence[str]:
    digests = [str(one) for one in _listed((about.get("rootfs") or {}).get("diff_ids"), "layers of the configuration")]
    if len(digests) != count:
        raise Malformed(f"its configuration names {len(digests)} layers, and it has {count}")
    for digest in digests:
        blob_path(digest)
    return digests


def _listed(found: Any, what: str) -> list[Any]:
    if not isinstance(found, list):
        raise Malformed(f"the list of {what} is missing")
    if len(found) > _MOST_LAYERS:
        raise Malformed(f"there are more than {_MOST_LAYERS} {what}")
    return found


def _digest_of(descriptor: Any, what: str) -> str:
    digest = descriptor.get("digest") if isinstance(descriptor, dict) else None
    if not isinstance(digest, str):
        raise Malformed(f"{what} has no digest")
    blob_path(digest)
    return digest
