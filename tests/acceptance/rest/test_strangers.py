"""schemathesis, which knows nothing of us but /openapi.json, against a station of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.kernel.paging import write_cursor
from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.rest.private import PASSWORD, Private, make_private, own_names, signed_in
from tests.closing import Scale

ROOT = Path(__file__).parents[3]
_CONFIG = (Path(__file__).parent / "schemathesis.toml").read_text()
_MOST_ROUNDS = 20
_SEED = 1  # of what is tried with the small counts, which judge a change; the full ones try something else each time
_SHOWN = 12_000  # characters of what schemathesis found
_OUTSIDER = "outsider"  # who has nothing to do with the private things


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A station with private things, and its people by their role."""

    station: RunningStation
    people: dict[str, httpx.Client]
    private: Private


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How much is done; `boundaries`: whether also at the edges of every schema, which takes longest."""

    seed: int | None
    examples: int
    chains: int
    boundaries: bool


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    place = Path(tempfile.mkdtemp(prefix="fst-rest-"))
    place.chmod(0o711)  # runs of other users pass through
    try:
        with running_station(place / "station") as station, ExitStack() as closed:
            admin = closed.enter_context(closing(signed_in(station.url, "admin", station.admin_password)))
            people = {"admin": admin}
            for name in ("member", _OUTSIDER):
                people[name] = closed.enter_context(closing(_person(admin, name)))
            yield Scene(station=station, people=people, private=make_private(admin, "member"))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _person(admin: httpx.Client, name: str) -> httpx.Client:
    answer = admin.post("/api/v1/users", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return signed_in(str(admin.base_url), name, PASSWORD)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", [_OUTSIDER, "member", "admin"])  # in this order: an admin may change all others
def test_a_stranger_finds_no_fault(scene: Scene, role: str, scale: Scale, tmp_path: Path) -> None:
    wanted = Wanted(
        seed=None if scale.full else _SEED,
        examples=scale.of("examples wanted for each operation", 3, 100),
        chains=scale.of("chains of linked requests", 12, 200),
        boundaries=scale.full or role == "admin",
    )
    varied, fixed = _operations(scene.people[role])
    asked: Counter[str] = Counter()
    for only in _rounds(wanted, varied, asked):
        done, counts = _schemathesis(scene, role, wanted, tmp_path, only)
        asked.update(counts["asked"])
        scale.count("requests", sum(asked.values()))
        scale.count("operations", len(asked))
        scale.count("fewest requests of an operation that can vary", min(asked[label] for label in varied))
        assert done.returncode == 0, done.stdout[-_SHOWN:] + done.stderr[-_SHOWN:]
    assert min(asked[label] for label in varied) >= wanted.examples
    assert asked.keys() == varied | fixed
    assert scene.people[role].get("/api/v1/me").status_code == 200, "from some moment on it was nobody"


def _operations(http: httpx.Client) -> tuple[set[str], set[str]]:
    """Return the operations that can be asked for in many ways, and those without parameter and body."""
    labels: dict[bool, set[str]] = {True: set(), False: set()}
    for path, methods in http.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            labels[bool(operation.get("parameters") or "requestBody" in operation)].add(f"{method.upper()} {path}")
    return labels[True], labels[False]


def _rounds(wanted: Wanted, varied: Set[str], asked: Counter[str]) -> Iterator[Sequence[str]]:
    """Have everything asked once, then what schemathesis asked less often than wanted: it makes no request twice."""
    yield []
    for _ in range(_MOST_ROUNDS):
        if not (seldom := sorted(label for label in varied if asked[label] < wanted.examples)):
            break
        yield seldom


def _schemathesis(
    scene: Scene, role: str, wanted: Wanted, place: Path, only: Sequence[str]
) -> tuple["subprocess.CompletedProcess[str]", dict[str, Any]]:
    told = place / "told.json"
    cursors = [write_cursor((name,)) for name in ("0", "zebra", "run-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11")]
    secrets = scene.private.secrets if role == _OUTSIDER else []
    known = {"secrets": secrets, "cursors": cursors, "own": own_names(scene.people[role])}
    told.write_text(json.dumps(known))
    config = place / "schemathesis.toml"
    chains = f"phases.stateful.generation.max-examples = {wanted.chains}\n"
    config.write_text(_bound(scene.private) + chains + _CONFIG)
    everything = ["examples", "coverage", "fuzzing", "stateful"] if wanted.boundaries else ["fuzzing", "stateful"]
    phases = ["fuzzing"] if only else everything
    # DELETE of a data set leads into the trash, from where it can be looked at and restored: no use after its end.
    # A project that was made just now has none of the files that are asked for next: not all of it is available.
    words = [
        *("--config-file", config, "run", f"{scene.station.url}/openapi.json"),
        *("--header", f"Authorization: {scene.people[role].headers['Authorization']}"),
        *(
            "--phases",
            ",".join(phases),
            "--checks",
            "all",
            "--exclude-checks",
            "use_after_free,ensure_resource_availability",
            "--max-examples",
            wanted.examples,
            "--no-color",
        ),
        *(() if wanted.seed is None else ("--seed", wanted.seed)),
        *(word for label in only for word in ("--include-name", label)),
    ]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.acceptance.rest.hooks",
        "FIELDSTATION_TEST_REST": str(told),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *map(str, words)],
        cwd=place, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    counts = told.with_suffix(".counts.json")
    assert counts.exists(), done.stdout + done.stderr
    return done, json.loads(counts.read_text())


def _bound(private: Private) -> str:
    """Have the things that exist, private ones, be asked for often, so that not all ends at `not found`."""
    lines = []
    for parameter, values in private.named.items():
        name = parameter.replace(".", "-")
        lines += [f"dictionaries.{name}.values = {json.dumps(values)}"]
        lines += [f'parameters."{parameter}" = {{ dictionary = "{name}", probability = 0.4 }}']
    return "\n".join(lines) + "\n"
