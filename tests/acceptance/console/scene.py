"""What the tests in the browser find at the station: two people, data, runs."""

import struct
import uuid
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from fieldstation.client import Order, Station
from fieldstation.client.things import Json

WEATHER = Path(__file__).parents[3] / "demo" / "seattle-weather.csv"
MANY_FOLDERS = 20
DIAMOND = """
kind: DataManagerWorkflow
kind-version: '2025.2'
name: diamond
description: Two jobs follow one, and another follows both
variables:
  options: {type: object, properties: {many: {title: How many events, type: integer, default: 1}}}
steps:
- {name: first, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-workflow: {variable: many}}]}
- {name: left, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-step: {name: first, variable: events}}]}
- {name: right, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-step: {name: first, variable: events}}]}
- {name: last, specification: {collection: im-test, job: event-test, version: 1.0.0},
   plumbing: [{variable: events, from-step: {name: left, variable: events}},
              {variable: pause, from-step: {name: right, variable: pause}}]}
"""
_THEFT = """
  fetch('/api/v1/tokens', {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'X-Fieldstation': '1'},
    body: JSON.stringify({name: 'stolen'}),
  });
  document.title = 'reached';
"""


def picture(width: int, height: int) -> bytes:
    """Return a small PNG of one colour gradient."""
    rows = b"".join(b"\0" + bytes(c for x in range(width) for c in (x % 256, y % 256, 128)) for y in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def report(texts: Sequence[str]) -> bytes:
    """Return a PDF with one page for each text, and a script that would rename the page that runs it."""
    pages = [5 + 2 * at for at in range(len(texts))]
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
        2: f"<< /Type /Pages /Kids [{' '.join(f'{page} 0 R' for page in pages)}] /Count {len(pages)} >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: "<< /S /JavaScript /JS (globalThis.document.title = 'reached'\\; app.alert\\('reached'\\)) >>",
    }
    for page, text in zip(pages, texts, strict=True):
        drawing = f"BT /F1 28 Tf 60 700 Td ({text}) Tj ET"
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        objects[page] = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} /Contents {page + 1} 0 R >>"
        objects[page + 1] = f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream"
    written, places = b"%PDF-1.4\n", []
    for number, content in sorted(objects.items()):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    ending = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return written + f"xref\n0 {count}\n0000000000 65535 f \n{table}{ending}".encode()


def make_scene(operator: Station, folder: Path, many: int) -> Mapping[str, Json]:
    """Make people, data and runs, and return what the tests have to know of them."""
    ada, newcomer = _account(operator, "ada"), _account(operator, "newcomer")
    olga, tess = _account(operator, "olga", operator=True), _account(operator, "tess")
    institute = operator.organisations.create("Moorland Institute", ada["username"]).id
    with operator.sign_in(ada["username"], ada["password"]) as station:
        station.datasets.create("weather", title="Weather of Seattle", labels={"site": "seattle", "year": "2012"})
        station.datasets.add_version("weather", [_mixed(folder / "mixed")], metadata={"instrument": "gauge"})
        station.datasets.add_version("weather", [WEATHER])
        station.datasets.create("hostile", labels={"site": "elsewhere"})
        station.datasets.add_version("hostile", [_hostile(folder / "hostile")])
        station.datasets.create("many")
        station.datasets.add_version("many", [_many(folder / "many", many)])
        _read_drugs(station, folder)
        project = _project(station, folder / "mixed")
        done = station.runs.submit(Order(tool="table-summary", inputs={"table": ["weather"]}, output="summary"))
        failed = station.runs.submit(Order(tool="fail"))
        for run in (done, failed):
            station.runs.wait(run.id)
        task = station.projects.remove(station.projects.create("gone").id)
        station.tasks.wait(task)
        workflow, running = _workflow(station)
        result = station.datasets.show("summary")
        unit = station.units.create(institute, "Rivers", billing_day=3).id
        station.units.add(unit, tess["username"])
        station.products.create_tier(unit, "flood model", "silver")
        station.products.create_storage(unit, "archive", allowance="50", limit="80")
        product = _charged(operator, station, institute)
        ids = {name: station.datasets.show(name).id for name in ("weather", "hostile", "many", "drugs")}
    return {
        "url": operator.url,
        "folder": str(folder),
        "ada": ada,
        "newcomer": newcomer,
        "operator": olga,
        "tess": tess,
        "dataset": ids["weather"],
        "result": result.id,
        "hostile": ids["hostile"],
        "molecules": ids["drugs"],
        "many": {"name": ids["many"], "count": many},
        "project": project,
        "tool": "table-summary",
        "run": done.id,
        "failed": failed.id,
        "task": task,
        "workflow": workflow,
        "running": running,
        "organisation": institute,
        "unit": unit,
        "product": product,
    }


def _charged(operator: Station, station: Station, institute: str) -> str:
    """Have two jobs be charged to a tier, 200 coins each; return its id."""
    unit = station.units.create(institute, "Marshes", billing_day=1).id
    product = station.products.create_tier(unit, "mapping", "bronze").id
    project = station.projects.create("Marsh maps", product=product).id
    operator.rates.set("coin-test", "1.0.0", "100000")
    job = ("im-test", "coin-test", "1.0.0")
    for name in ("first sheet", "second sheet"):
        made = station.instances.launch(project, job, name=name, variables={"cost": 2, "steps": 1})
        station.tasks.wait(made.task)
    operator.rates.set("coin-test", "1.0.0", "0")
    return product


def _workflow(station: Station) -> tuple[str, str]:
    """Make a workflow in which two jobs follow one and a third both; return its version, and one that ran of it."""
    version = station.workflows.tag(station.workflows.add("Diamond", DIAMOND).id, "1.0.0").id
    running = station.workflows.run(version, station.me().project, name="Monday", variables={"many": 2}).id
    assert station.workflows.wait(running).state == "success"
    return version, running


def _account(station: Station, name: str, *, operator: bool = False) -> dict[str, str]:
    account = {"username": f"{name}-{uuid.uuid4().hex[:6]}", "password": uuid.uuid4().hex}
    station.users.add(account["username"], password=account["password"], name=name.capitalize(), operator=operator)
    return account


def _mixed(place: Path) -> Path:
    (place / "2012").mkdir(parents=True)
    (place / "2012" / "weather.csv").write_bytes(WEATHER.read_bytes())
    (place / "map.png").write_bytes(picture(160, 90))
    (place / "drawing.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="9" height="9" fill="#0b746e"/></svg>'
    )
    (place / "report.pdf").write_bytes(report(["First page of the report", "Second page"]))
    (place / "stations.json").write_text('{"stations": [{"name": "Sea-Tac", "height_m": 132}]}')
    (place / "README.md").write_text("# Weather\n\nDaily values of one station.\n")
    (place / "raw.bin").write_bytes(bytes(range(256)))
    (place / "empty.txt").touch()
    return place


def _project(station: Station, mixed: Path) -> str:
    """Make a public project with the files of `mixed`, a folder and a hidden file."""
    made = station.projects.create("Flood 2026", public=True)
    for file in sorted(path for path in mixed.rglob("*") if path.is_file()):
        station.files.put(made.id, file.relative_to(mixed).as_posix(), file)
    station.files.put(made.id, ".notes", mixed / "README.md")
    station.files.make_folder(made.id, "results/may")
    return made.id


def _hostile(place: Path) -> Path:
    place.mkdir()
    page = f"<!doctype html><title>page</title><script>{_THEFT}</script>"
    xhtml = "http://www.w3.org/1999/xhtml"
    svg = "http://www.w3.org/2000/svg"
    files = {
        "page.html": page,
        "words.txt": page,  # for browsers that guess from the content
        "drawing.svg": f'<svg xmlns="{svg}" width="9" height="9"><script>{_THEFT}</script></svg>',
        "strict.xhtml": f'<html xmlns="{xhtml}"><head><title>page</title><script>{_THEFT}</script></head></html>',
        "feed.xml": f'<feed><script xmlns="{xhtml}">{_THEFT}</script></feed>',
        "script.js": _THEFT,
    }
    for name, text in files.items():
        (place / name).write_text(text)
    return place


def _read_drugs(station: Station, folder: Path) -> None:
    """Have the molecules of a data set be read."""
    station.datasets.create("drugs", title="Molecules with names")
    station.datasets.add_version("drugs", [_drugs(folder)])
    station.tasks.wait(station.molecules.load("drugs", 1))


def _drugs(folder: Path) -> Path:
    file = folder / "drugs.smi"
    file.write_text(
        "SMILES\tname\tlogP\tsource\n"
        "CC(=O)Oc1ccccc1C(=O)O\taspirin\t1.19\tsynthetic\n"
        "OC(=O)c1ccccc1O\tsalicylic acid\t2.26\twillow\n"
        "CN1C=NC2=C1C(=O)N(C(=O)N2C)C\tcaffeine\t-0.07\tcoffee\n"
        "C1CC(C)(C)(C)CC1\tno molecule\t0\tnowhere\n"
        "CC(C)Cc1ccc(cc1)C(C)C(=O)O\tibuprofen\t3.97\tsynthetic\n"
    )
    return file


def _many(place: Path, count: int) -> Path:
    for number in range(count):
        folder = place / f"folder-{number % MANY_FOLDERS:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:06}.txt").write_text(str(number))
    return place
