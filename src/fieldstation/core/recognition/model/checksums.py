"""Checksums that come along: a sidecar `FILE.ALGORITHM` beside a file, or a manifest of many."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.recognition.model.findings import Findings, shown

ALGORITHMS = frozenset(hashlib.algorithms_guaranteed)
MAX_SIDECAR_BYTES = 1 << 16
_MANIFEST = re.compile(
    r"(?:tag)?manifest-(?P<bag>[a-z0-9_-]+)\.txt|(?P<sums>[a-z0-9_-]+?)_?sums?(?:\.txt)?|checksums?\.(?P<end>[a-z0-9_-]+)",
    re.IGNORECASE,
)
_LINE = re.compile(r"(?P<escaped>\\?)(?P<digest>[0-9A-Fa-f]+)(?:[ \t]+\*?(?P<name>.*?))?\s*")
_TAGGED = re.compile(r"(?P<algorithm>[A-Za-z0-9/_-]+) ?\((?P<name>.*)\) ?= ?(?P<digest>[0-9A-Fa-f]+)\s*")
_ESCAPES = {r"\\": "\\", r"\n": "\n", r"\r": "\r"}
_SHORTEST_SHAKE, _LONGEST_SHAKE = 32, 512  # bytes of a digest whose length is free


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A digest that a file should have, in lower case; `source` is the sidecar or manifest that says so."""

    file: str
    algorithm: str
    digest: str
    source: str

    @property
    def sound(self) -> bool:
        """Whether any file can have it."""
        return is_digest(self.digest, self.algorithm)


def algorithm_named(text: str) -> str | None:
    """Return the algorithm that is meant, however its name is written: `SHA-512`, `sha512`, `SHA3_256`."""
    plain = text.lower().replace("/", "_")
    return next(
        (name for name in (plain, plain.replace("-", "_"), re.sub("[-_]", "", plain)) if name in ALGORITHMS), None
    )


def is_digest(text: str, algorithm: str) -> bool:
    """Tell whether a text can be a digest of this algorithm: hexadecimal, and of its length."""
    if not re.fullmatch("[0-9A-Fa-f]*", text) or len(text) % 2:
        return False
    size = hashlib.new(algorithm).digest_size
    return len(text) == 2 * size if size else _SHORTEST_SHAKE <= len(text) // 2 <= _LONGEST_SHAKE


def digests(pieces: Iterable[bytes], wanted: Iterable[Expected]) -> Mapping[Expected, str]:
    """Return the digest of the bytes for each that is wanted, reading them once."""
    wanted = tuple(wanted)
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in {one.algorithm for one in wanted}}
    for piece in pieces:
        for hashed in hashes.values():
            hashed.update(piece)
    return {one: _hexadecimal(hashes[one.algorithm], len(one.digest) // 2) for one in wanted}


def _hexadecimal(hashed: "hashlib._Hash", size: int) -> str:
    return hashed.hexdigest() if hashed.digest_size else hashed.hexdigest(size)  # type: ignore[call-arg]


def sidecar_of(name: str) -> tuple[str, str] | None:
    """Return the file that a sidecar speaks of, and its algorithm; None when the name is that of no sidecar."""
    file, _, ending = name.rpartition(".")
    algorithm = ending.lower()
    return (file, algorithm) if algorithm in ALGORITHMS and file and not file.endswith("/") else None


def manifest_of(name: str) -> str | None:
    """Return the algorithm of a manifest (`SHA256SUMS`, `md5sum.txt`, `manifest-sha256.txt`), None for other names."""
    found = _MANIFEST.fullmatch(name.rpartition("/")[2])
    return None if found is None else algorithm_named(found["bag"] or found["sums"] or found["end"])


def read_sidecar(data: bytes, name: str, file: str, findings: Findings) -> Expected | None:
    """Read the first line of a sidecar; None, with a fault, when that holds no digest. `file` is how it is reported."""
    meant = sidecar_of(name)
    assert meant is not None
    first = next(iter(data.decode("utf-8-sig", "replace").splitlines()), "")
    found = _LINE.fullmatch(first) or _TAGGED.fullmatch(first)
    if found is None or not is_digest(found["digest"], meant[1]):
        findings.fault(file, "/", f"its first line {shown(first)} is no {meant[1]} digest")
        return None
    told = (found["name"] or "").rpartition("/")[2]
    if told and told != meant[0].rpartition("/")[2]:
        findings.warn(file, "/", f"speaks of {shown(told)}, and was taken for the file whose name it has")
    return Expected(file=meant[0], algorithm=meant[1], digest=found["digest"].lower(), source=name)


def read_manifest(data: bytes, name: str, file: str, findings: Findings) -> Sequence[Expected]:
    """Read a manifest; each line that says nothing of a file beside or below it is a fault."""
    algorithm = manifest_of(name)
    assert algorithm is not None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.fault(file, "/", f"is not UTF-8 text (byte {error.start})")
        return ()
    return tuple(_lines(text, name, algorithm, file, findings))


def _lines(text: str, name: str, algorithm: str, file: str, findings: Findings) -> Iterator[Expected]:
    folder = name.rpartition("/")[0]
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line) or _TAGGED.fullmatch(line)
        path = None if found is None else _path(found)
        if found is None or path is None or not is_digest(found["digest"], algorithm):
            findings.fault(
                file, f"line {number}", f"{shown(line)} is no {algorithm} digest and a path inside the folder"
            )
            continue
        digest = found["digest"].lower()
        yield Expected(file=f"{folder}/{path}" if folder else path, algorithm=algorithm, digest=digest, source=name)


def _path(found: re.Match[str]) -> str | None:
    """Return the path of a line, without `./`; None when it leaves the folder or is none."""
    path = found["name"] or ""
    if found.groupdict().get("escaped"):
        path = re.sub(r"\\[\\nr]", lambda sign: _ESCAPES[sign[0]], path)
    parts = [part for part in path.split("/") if part != "."]
    return "/".join(parts) if parts and all(part not in ("", "..") for part in parts) else None
