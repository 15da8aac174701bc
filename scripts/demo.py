"""Show a station at work on real data, and prove each step: `make demo`.

A fresh station registers the weather of Seattle, runs a tool beside it in the sandbox and publishes the result. Each
step is checked from the outside; the first one that does not hold ends the demo with exit code 1. `DEMO_KEEP=1` leaves
the station running.
"""

import csv
import hashlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from fieldstation.cli.output import size, table
from fieldstation.cli.user.lineage import drawn
from fieldstation.client import ClientError, Order, Station
from fieldstation.client.things import Lineage, Run, Version
from fieldstation.testing.station import RunningStation, start_station

ROOT = Path(__file__).parent.parent
DATA = ROOT / "demo" / "seattle-weather.csv"
PROBE = ROOT / "demo" / "look-around.yaml"
RESULTS = ROOT / "build" / "demo"
SOURCE, RESULT = "seattle-weather", "seattle-weather-monthly"
SOURCE_PAGE = "https://www.ncei.noaa.gov/products/land-based-station/global-historical-climatology-network-daily"
YEAR = "2015"


class NotAsPromised(Exception):
    """A step of the demo does not hold."""


def proven(holds: bool, promise: str) -> None:
    """Go on only when a promise holds."""
    if not holds:
        raise NotAsPromised(promise)


def say(text: str = "") -> None:
    """Print a line at once."""
    print(text, flush=True)


@contextmanager
def step(doing: str) -> Iterator[Callable[[str], None]]:
    """Time a step and print it with what it is told; one that fails is printed by its name."""
    start = time.monotonic()
    told: list[str] = []
    try:
        yield told.append
    except BaseException:
        say(f"  fail  {time.monotonic() - start:5.2f} s  {doing}")
        raise
    say(f"  ok    {time.monotonic() - start:5.2f} s  {doing}{': ' if told else ''}{'; '.join(told)}")


@dataclass(frozen=True, kw_only=True)
class People:
    """The three who take part, each speaking to the station for themselves."""

    admin: Station
    researcher: Station
    visitor: Station
    password: str

    def close(self) -> None:
        """Close all connections."""
        for one in (self.admin, self.researcher, self.visitor):
            one.close()


def sign_in(url: str, admin_password: str) -> People:
    """Sign in as admin, make two people without special rights, and sign them in too."""
    passwords = {name: secrets.token_urlsafe(9) for name in ("researcher", "visitor")}
    with Station(url) as nobody:
        admin = nobody.sign_in("admin", admin_password)
        for name, password in passwords.items():
            admin.users.add(name, password=password)
        researcher, visitor = (nobody.sign_in(name, password) for name, password in passwords.items())
    proven(admin.me().operator, "admin is an operator")
    proven(not researcher.me().operator, "a new user is no operator")
    return People(admin=admin, researcher=researcher, visitor=visitor, password=passwords["researcher"])


def register(researcher: Station) -> Version:
    """Send the data as a new data set and prove that what is kept is what was sent."""
    labels = {"place": "seattle", "topic": "weather"}
    researcher.datasets.create(SOURCE, title="Daily weather of Seattle, 2012 to 2015", labels=labels)
    metadata = {
        "source": "NOAA National Centers for Environmental Information",
        "page": SOURCE_PAGE,
        "units": "mm, °C, m/s",
    }
    version = researcher.datasets.add_version(SOURCE, [DATA], metadata=metadata)
    [kept] = researcher.datasets.files(SOURCE, version.number)
    proven(
        kept.sha256 == hashlib.sha256(DATA.read_bytes()).hexdigest(), "the station's digest is that of the file here"
    )
    proven(researcher.datasets.show(SOURCE).labels == labels, "the labels are kept")
    proven(version.metadata == metadata, "the metadata is kept")
    return version


def run_tool(researcher: Station, order: Order) -> Run:
    """Run a tool and print each state as it comes."""
    run = researcher.runs.submit(order)
    start = time.monotonic()
    for event in researcher.runs.follow(run.id):
        if event.state:
            say(f"            {time.monotonic() - start:5.2f} s  {event.state}")
        if event.state == "held":
            break  # it may start by itself, but nothing is to be told until then
    run = researcher.runs.wait(run.id, timeout=30)
    reason = f" ({run.reason.text}; {run.reason.next_step})" if run.reason else ""
    proven(run.state == "succeeded", f"the run of {order.tool} succeeds, and is not {run.state}{reason}")
    return run


def fetch(researcher: Station, run: Run) -> Mapping[str, Path]:
    """Fetch what a run made; the client proves each digest on the way."""
    output = run.output
    proven(output is not None, "the run made a version")
    assert output is not None
    name = researcher.datasets.show(output.dataset).name
    received = researcher.datasets.fetch(f"{name}@{output.number}", RESULTS / name)
    return {one.entry.path: one.file for one in received}


def monthly_rain() -> dict[str, float]:
    """Add up the rain of each month of the year, from the file here."""
    rain: dict[str, float] = {}
    with DATA.open() as file:
        for row in csv.DictReader(file):
            month = row["date"][:7].replace("/", "-")
            rain[month] = rain.get(month, 0.0) + float(row["precipitation"])
    return {month: total for month, total in rain.items() if month.startswith(YEAR)}


def months(summary: Path) -> str:
    """Prove the tool's numbers against our own sums and return its table of the year."""
    cells: dict[str, dict[str, dict[str, float]]] = {}
    with summary.open() as file:
        for row in csv.DictReader(file):
            cells.setdefault(row["month"], {})[row["column"]] = {"sum": float(row["sum"]), "mean": float(row["mean"])}
    year = {month: columns for month, columns in cells.items() if month.startswith(YEAR)}
    own = monthly_rain()
    proven(year.keys() == own.keys() and len(year) == 12, "the result has the twelve months of the year")
    off = [month for month, total in own.items() if abs(year[month]["precipitation"]["sum"] - total) > 1e-6]
    proven(not off, f"the tool's sums are those of the data ({', '.join(off)})")
    rows = [
        [
            month,
            f"{columns['precipitation']['sum']:.1f}",
            f"{columns['temp_min']['mean']:.1f}",
            f"{columns['temp_max']['mean']:.1f}",
            "▇" * round(columns["precipitation"]["sum"] / 8),
        ]
        for month, columns in sorted(year.items())
    ]
    return table(["month", ">rain mm", ">low °C", ">high °C", "rain"], rows)


def look_around(researcher: Station, station: RunningStation) -> list[str]:
    """Run a tool that tries to leave its sandbox; return what it could not do."""
    researcher.tools.publish(PROBE.read_text())
    parameters = {"station": station.url.partition("://")[2], "secret": str(station.data / "admin-password")}
    run = researcher.runs.submit(Order(tool="look-around", parameters=parameters, inputs={"data": [f"{SOURCE}@1"]}))
    run = researcher.runs.wait(run.id, timeout=60)
    proven(run.state == "succeeded", f"the run of look-around succeeds, and is not {run.state}")
    report: dict[str, bool] = json.loads(fetch(researcher, run)["report.json"].read_text())
    could = [deed for deed, done in report.items() if done]
    proven(len(report) == 7 and not could, f"nothing gets out of the sandbox ({', '.join(could)})")
    return list(report)


def check_lineage(researcher: Station, run: Run, source: Version, made: Version) -> Lineage:
    """Prove that the result's lineage names the input version and the tool's revision."""
    lineage = researcher.datasets.lineage(RESULT, made.number)
    [maker] = lineage.runs
    revision = researcher.tools.show("table-summary").revision
    edges = {(edge.run, edge.version, edge.slot) for edge in lineage.edges}
    proven(edges == {(run.id, source.id, "table"), (run.id, made.id, None)}, "lineage names the input and the result")
    proven(maker.tool.revision == revision and made.run == run.id, "lineage names the tool's revision and the run")
    return lineage


def check_outsider(people: People, run: Run) -> None:
    """Prove that a visitor sees nothing of all this, and that a thing hidden answers as one that is not there."""
    proven(
        not list(people.visitor.datasets.all()) and not list(people.visitor.runs.all()), "a visitor's lists are empty"
    )
    answers: set[tuple[int | None, str]] = set()
    for name in (SOURCE, "no-such-thing"):
        try:
            people.visitor.datasets.show(name)
        except ClientError as error:
            answers.add((error.status, error.text))
    proven(
        len(answers) == 1 and {status for status, _ in answers} == {404}, "what is hidden answers as what is not there"
    )
    try:
        people.visitor.runs.show(run.id)
    except ClientError as error:
        proven(error.status == 404, "a run of others is not there")
    else:
        raise NotAsPromised("a run of others is not there")


def check_reuse(researcher: Station, order: Order, run: Run) -> None:
    """Prove that the same order is answered with the result that is there."""
    again = researcher.runs.submit(order)
    proven(again.state == "succeeded" and again.reused_from == run.id, "the same order uses the result again")
    proven(again.output is not None and again.output == run.output, "and gives the same version")


def take_crate(researcher: Station, run: Run) -> Path:
    """Take the run along as an RO-Crate and prove that it names the tool and holds the result."""
    crate = RESULTS / "run.crate.zip"
    researcher.runs.crate(run.id, crate)
    with ZipFile(crate) as opened:
        described = opened.read("ro-crate-metadata.json").decode()
        names = opened.namelist()
    proven(run.tool.revision in described or run.tool.name in described, "the crate names the tool")
    proven(any(name.endswith("summary.csv") for name in names), "the crate holds the result")
    return crate


def demo(station: RunningStation, people: People) -> None:
    """Go through all steps on a fresh station and print what came of them."""
    researcher = people.researcher
    with step("registered real data") as tell:
        source = register(researcher)
        tell(f"{SOURCE}@{source.number}, {size(source.size)}, every byte proven")
    order = Order(tool="table-summary", inputs={"table": [f"{SOURCE}@{source.number}"]}, output=RESULT)
    with step("ran table-summary beside it, in the sandbox") as tell:
        run = run_tool(researcher, order)
        tell(run.id)
    with step("published the result as a new version") as tell:
        files = fetch(researcher, run)
        made = researcher.datasets.version(RESULT)
        shown = months(files["summary.csv"])
        tell(f"{RESULT}@{made.number}, {made.file_count} files, digests and numbers proven")
    with step("traced the result back to the data and the tool"):
        lineage = check_lineage(researcher, run, source, made)
    with step("tried to leave the sandbox") as tell:
        tell(f"{len(look_around(researcher, station))} ways, none open")
    with step("asked for the same again: its result was used, nothing ran"):
        check_reuse(researcher, order, run)
    with step("looked as somebody else: there is nothing to see"):
        check_outsider(people, run)
    with step("took the run along as an RO-Crate"):
        crate = take_crate(researcher, run)
    say(f"\nSeattle, {YEAR}, as the tool found it\n\n{shown}")
    say(f"\nWhere it came from\n\n{drawn(lineage, made.id)}")
    say(f"\nFiles\n\n  plot      {files['plot.svg']}\n  numbers   {files['summary.csv']}\n  RO-Crate  {crate}\n")


def stop(station: RunningStation) -> None:
    """Stop the station as its operator would."""
    with step("stopped the station"):
        proven(station.stop() == 0, "the station stops cleanly when asked to")


def farewell(station: RunningStation, people: People) -> None:
    """Say where the station that goes on is, and what to do next."""
    say(f"The station goes on at {station.url} (user researcher, password {people.password}).")
    say(f"  try    .venv/bin/fieldstation login --data {station.data} && .venv/bin/fieldstation run list")
    say(f"  stop   .venv/bin/fieldstation down --data {station.data}")


def staged(place: Path, *, keep: bool) -> None:
    """Start a station in `place`, show it, and stop it unless it shall be kept."""
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, place, ignore_errors=True)
        with step("started a station") as tell:
            station = start_station(place / "station")
            tell(station.url)
        ending.callback(stop, station)
        with step("signed in as admin, made the user researcher"):
            people = sign_in(station.url, station.admin_password)
        with closing(people):
            demo(station, people)
        if keep:
            ending.pop_all()
            farewell(station, people)


def main() -> int:
    """Run the demo; return its exit code."""
    start = time.monotonic()
    keep = bool(os.environ.get("DEMO_KEEP"))
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    place = Path(tempfile.mkdtemp(prefix="fieldstation-demo-"))
    place.chmod(0o711)  # so that runs, which have a user of their own, reach their folders below it
    try:
        staged(place, keep=keep)
    except (NotAsPromised, ClientError, RuntimeError, OSError) as error:
        say(f"\nThe demo ends here. What does not hold: {error}")
        say(f"next:  {getattr(error, 'next_step', '.venv/bin/fieldstation doctor')}")
        return 1
    say(f"Every step was proven, in {time.monotonic() - start:.1f} s.")
    if not keep:
        say("next:  keep the station of the demo: DEMO_KEEP=1 make demo; or start one of your own: make up")
    return 0


if __name__ == "__main__":
    sys.exit(main())
