"""One large file up and down, beside a bare asyncio sink and nginx."""

import hashlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.nginx import CONFIGURATION, NoNginx, serving
from bench.report import Figure, spread, unmeasured
from bench.scale import Scale
from bench.stations import Bench, station
from bench.wire import Parcel, fetch, send

SINK = Path(__file__).parent / "bare_sink.py"
_MARK_BYTES = 16
_BOUNDARY = "a-line-that-no-file-has"
_HEAD = (
    f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="large.bin"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()
_TAIL = f"\r\n--{_BOUNDARY}--\r\n".encode()


@dataclass(frozen=True, kw_only=True)
class _Promise:
    """A rate that must be at least `least` of a bound, whose script has the digest `sha`."""

    name: str
    least: float
    bound_name: str
    sha: str


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `transfer.upload` and `transfer.download`."""
    with station() as bench, bench.folder() as work:
        large = work / "large.bin"
        _make_large(large, scale.transfer_bytes)
        bench.http.post("/api/v1/datasets", json={"name": "large"}).raise_for_status()
        yield _upload(bench, scale, large)
        try:
            with serving(work) as url:
                yield _download(bench, scale, f"{url}/{large.name}")
        except NoNginx as error:
            yield unmeasured("transfer.download", f"the bound is missing: {error}")


def _upload(bench: Bench, scale: Scale, large: Path) -> Figure:
    ours, bare = [], []
    with _sink(large.parent / "sink") as sink:
        for _ in range(scale.transfer_rounds):
            _mark(large)
            seconds, digest = send(sink, Parcel(path=large), {})
            bare.append(seconds)
            for old in (large.parent / "sink").iterdir():
                old.unlink()
            os.sync()
            seconds, stored = _post(bench, large)
            ours.append(seconds)
            assert stored == digest.decode(), "the sink and the station read different bytes"
            os.sync()
    sink_sha = hashlib.sha256(SINK.read_bytes()).hexdigest()
    promise = _Promise(name="transfer.upload", least=0.7, bound_name="bare asyncio sink", sha=sink_sha)
    return _figure(promise, bench, large.stat().st_size, ours, bare)


def _download(bench: Bench, scale: Scale, theirs: str) -> Figure:
    headers = {"Authorization": bench.http.headers["Authorization"]}
    address = f"{bench.url}/api/v1/datasets/large/versions/{scale.transfer_rounds}/files/large.bin"
    whole = (scale.transfer_bytes, fetch(theirs, {}, digest=True)[2])
    assert fetch(address, headers, digest=True)[1:] == whole, "not the same file"
    ours, bare = [], []
    for _ in range(scale.transfer_rounds):
        bare.append(fetch(theirs, {})[0])
        ours.append(fetch(address, headers)[0])
    sha = hashlib.sha256(CONFIGURATION.encode()).hexdigest()
    promise = _Promise(name="transfer.download", least=0.4, bound_name="nginx with sendfile", sha=sha)
    return _figure(promise, bench, scale.transfer_bytes, ours, bare)


def _figure(promise: _Promise, bench: Bench, size: int, ours: Sequence[float], bare: Sequence[float]) -> Figure:
    rates = [size / seconds / (1 << 20) for seconds in ours]
    value, bound = statistics.median(rates), statistics.median(size / seconds / (1 << 20) for seconds in bare)
    return Figure(
        name=promise.name,
        value=value,
        unit="MiB/s",
        bound=bound,
        bound_name=promise.bound_name,
        ratio=value / bound,
        holds=value >= promise.least * bound,
        n=len(rates),
        spread=spread(rates),
        settings={**bench.settings, "bytes": size},
        sha=promise.sha,
        promise=f"at least {promise.least} of it, one file of {size >> 20} MiB",
    )


def _make_large(path: Path, size: int) -> None:
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for number in range(size >> 20):
            file.write(number.to_bytes(_MARK_BYTES) + block[_MARK_BYTES:])


def _mark(large: Path) -> None:
    """Make the file another than all before, so that its bytes are nowhere kept yet."""
    with large.open("r+b") as file:
        file.write(os.urandom(_MARK_BYTES))


def _post(bench: Bench, large: Path) -> tuple[float, str]:
    """Send the file as a form with one part; return the seconds and the SHA-256 that it is kept under."""
    headers = {
        "Authorization": bench.http.headers["Authorization"],
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
    }
    address = f"{bench.url}/api/v1/datasets/large/versions"
    seconds, body = send(address, Parcel(path=large, head=_HEAD, tail=_TAIL), headers)
    files = bench.http.get(f"/api/v1/datasets/large/versions/{json.loads(body)['number']}/files").raise_for_status()
    return seconds, str(files.json()["items"][0]["sha256"])


@contextmanager
def _sink(folder: Path) -> Iterator[str]:
    folder.mkdir()
    process = subprocess.Popen([sys.executable, SINK, folder], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
    finally:
        process.kill()
        process.wait()
