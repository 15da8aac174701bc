"""Unpacks a container image: `unpack.py SOURCE ARCHITECTURE MOST_BYTES [NAME…]`.

SOURCE is an archive of `docker save`, of an OCI layout, or the folder of one; of several images in it the one with one
of these names is meant. Writes `root`, the file system, and `image.json`, what is to be known of it. Nothing but the
standard library is imported, so that it runs wherever a run does.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .faults import MALFORMED, Malformed
from .layout import Found, Layer, find
from .source import ArchiveSource, FolderSource, Source
from .tree import Tree

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_PIECE = 1 << 20
_RUN = ("run:x:65534:65534:run:/tmp:/bin/sh\n", "run:x:65534:\n")
_HOSTS = "127.0.0.1 localhost job\n::1 localhost\n"


class _Hashed(io.RawIOBase):
    """Bytes of a stream, hashed while they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sum = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.sum.update(data)
        return len(data)

    def drain(self) -> str:
        """Read to the end and return the digest of all."""
        while data := self._stream.read(_PIECE):
            self.sum.update(data)
        return f"sha256:{self.sum.hexdigest()}"


def main() -> int:
    """Unpack the image; returns the exit code."""
    file, architecture, most_bytes, *names = sys.argv[1:]
    os.umask(0o022)
    try:
        source: Source = FolderSource(Path(file))
        if not Path(file).is_dir():
            source = ArchiveSource(Path(file), Path("archive"))
        found = find(source, architecture, names)
        tree = Tree(Path("root"), int(most_bytes))
        for layer in found.layers:
            _apply(source, layer, tree)
        _furnish(Path("root"))
        about = _about(found) | {"size": tree.count.size, "left_out": tree.count.left_out}
    except Malformed as fault:
        print(fault, file=sys.stderr)
        return MALFORMED
    except (OSError, UnicodeError, AttributeError, TypeError, ValueError, RecursionError) as error:
        print(f"the image cannot be unpacked: {type(error).__name__}: {error}", file=sys.stderr)
        return MALFORMED
    Path("archive").unlink(missing_ok=True)
    Path("image.json").write_text(json.dumps(about))
    return 0


def _apply(source: Source, layer: Layer, tree: Tree) -> None:
    with source.open(layer.path) as opened:
        packed = _Hashed(opened)
        with _unpacked(io.BufferedReader(packed, _PIECE)) as stream:
            plain = _Hashed(stream)
            tree.apply(io.BufferedReader(plain, _PIECE))
            if (digest := plain.drain()) != layer.plain:
                raise Malformed(f"a layer unpacks to {digest}; the configuration says {layer.plain}")
        digest = packed.drain()
        if layer.packed is not None and digest != layer.packed:
            raise Malformed(f"the layer {layer.packed} has the digest {digest}")


@contextmanager
def _unpacked(stream: io.BufferedReader) -> Iterator[Any]:
    magic = stream.peek(4)[:4]
    if magic.startswith(_GZIP):
        with gzip.GzipFile(fileobj=stream) as opened:
            try:
                yield opened
            except (gzip.BadGzipFile, EOFError) as error:
                raise Malformed(f"a layer cannot be unpacked: {error}") from error
    elif magic == _ZSTD:
        with _unpacked_by_zstd(stream) as opened:
            yield opened
    else:
        yield stream


@contextmanager
def _unpacked_by_zstd(stream: io.BufferedReader) -> Iterator[IO[bytes]]:
    program = shutil.which("zstd")
    if program is None:
        raise Malformed("a layer is compressed by zstd, for which this station's machine lacks the program zstd")
    packed = Path("layer.zst")
    with packed.open("wb") as file:
        shutil.copyfileobj(stream, file, _PIECE)
    with subprocess.Popen([program, "-dc", str(packed)], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        yield running.stdout
    packed.unlink()
    if running.returncode != 0:
        raise Malformed("a layer cannot be unpacked by zstd")


def _furnish(root: Path) -> None:
    """Have the image know who runs in it, and its own machine; nothing of it is written again when it runs."""
    etc = root / "etc"
    if etc.is_symlink() or (etc.exists() and not etc.is_dir()):
        return
    etc.mkdir(exist_ok=True)
    for name, line in zip(("passwd", "group"), _RUN, strict=True):
        file = etc / name
        text = file.read_text(errors="surrogateescape") if file.is_file() and not file.is_symlink() else ""
        if ":65534:" not in text:
            _written(file, text + ("\n" if text and not text.endswith("\n") else "") + line)
    _written(etc / "hosts", _HOSTS)
    _written(etc / "resolv.conf", "")


def _written(file: Path, text: str) -> None:
    if file.is_dir() and not file.is_symlink():
        return
    file.unlink(missing_ok=True)
    file.write_text(text, errors="surrogateescape")
    file.chmod(0o644)


def _about(found: Found) -> dict[str, Any]:
    config = found.about.get("config") or {}
    variables = [str(one).partition("=") for one in config.get("Env") or () if "=" in str(one)]
    return {
        "digests": list(found.digests),
        "config": found.config,
        "created": str(found.about.get("created") or ""),
        "environment": {name: value for name, _, value in variables},
        "directory": str(config.get("WorkingDir") or ""),
        "layers": len(found.layers),
        "names": list(found.names),
    }


if __name__ == "__main__":
    sys.exit(main())
