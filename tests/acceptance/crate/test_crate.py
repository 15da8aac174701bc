"""The crate of a real run, judged by the RO-Crate project's own validator, which reaches no network here."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from requests_cache import CachedSession
from requests_cache.models.request import CachedRequest
from requests_cache.models.response import CachedResponse

from tests.acceptance.person import Person

CONTEXT = "https://w3id.org/ro/crate/1.2/context"
_TEXT = (Path(__file__).parent / "ro-crate-1.2-context.json").read_bytes()  # published there under CC0
_TABLE = "date,rain\n" + "".join(f"2025-{month:02}-{day:02},{day}\n" for month in (1, 2) for day in range(1, 28))
# What is recommended and that we do not have, or cannot know.
_MISSING = {
    "ro-crate-1.2_54.0": "an identifier of ours is a text, not an entity with a scheme",
    "ro-crate-1.2_61.1": "an input is named, not downloaded",
    "ro-crate-1.2_63.1": "of an input the crate tells the name only",
    "ro-crate-1.2_64.1": "of an input the crate tells the name only",
    "ro-crate-1.2_80.2": "the station knows no affiliation",
    "ro-crate-1.2_80.3": "the station knows no affiliation",
    "ro-crate-1.2_91.0": "the station knows no ORCID",
    "ro-crate-1.2_93.0": "the station knows no contact",
    "process-run-crate-0.5_11.1": "a run that failed has no result",
    "process-run-crate-0.5_5.1": "our identifiers are URNs, the validator wants http",
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """What the validator would fetch: the one context that our crates name."""
    place = tmp_path / "cache"
    asked = CachedRequest(method="GET", url=CONTEXT)
    answer = CachedResponse(status_code=200, url=CONTEXT, content=_TEXT, request=asked)
    answer.headers["Content-Type"] = "application/ld+json"
    with CachedSession(str(place), backend="sqlite", expire_after=-1) as session:
        session.cache.responses[session.cache.create_key(asked)] = answer
    return place


@pytest.fixture(params=["succeeded", "failed"])
def crate(ada: Person, request: pytest.FixtureRequest) -> Path:
    """The crate of a run with an input of a difficult name, unpacked."""
    if request.param == "succeeded":
        folder = ada.home / "raw" / "a b"
        folder.mkdir(parents=True)
        (folder / "rain ä.csv").write_text(_TABLE)
        ada.ok("dataset", "add", "rain", "raw")
        run = ada.json("run", "submit", "table-summary", "-i", "table=rain@1:a b/rain ä.csv", "--wait")
    else:
        run = json.loads(ada.fst("run", "submit", "fail", "--wait", "--json").out)
    assert run["state"] == request.param
    ada.ok("run", "crate", run["id"], "-o", "run.zip")
    with ZipFile(ada.home / "run.zip") as packed:
        packed.extractall(ada.home / "crate")
    return ada.home / "crate"


@pytest.mark.parametrize(
    "profile", [["ro-crate-1.2"], ["process-run-crate-0.5", "--disable-profile-inheritance"]], ids=["crate", "process"]
)
def test_the_validator_accepts_a_crate(crate: Path, cache: Path, profile: Sequence[str]) -> None:
    """The profile of processes inherits from RO-Crate 1.1 there, so that its own rules are asked for alone."""
    report = crate.parent / "report.json"
    words = ["--offline", "--cache-path", cache, "-l", "recommended", "-f", "json", "-o", report, "-p", *profile, crate]
    done = subprocess.run(
        [Path(sys.executable).with_name("rocrate-validator"), "-y", "validate", *map(str, words)],
        cwd=crate.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    issues: list[dict[str, Any]] = json.loads(report.read_text())["issues"]
    assert [issue for issue in issues if issue["severity"] == "REQUIRED"] == []
    assert [issue for issue in issues if issue["check"]["identifier"] not in _MISSING] == []
