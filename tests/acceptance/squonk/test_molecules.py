"""Files of molecules: checked when they come, read into the station, found by structure by who may read them."""

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.client import ClientError, Station
from fieldstation.client.molecules import Molecule
from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done, wait

pytest.importorskip("rdkit", reason="the extra `chemistry` is not installed")
SMILES = "squonk/x-smiles"
SDF = "chemical/x-mdl-sdfile"
ETHANOL = "LFQSCWFLJHTTHZ-UHFFFAOYSA-N"
DRUGS = """\
CC(=O)Oc1ccccc1C(=O)O aspirin
OC(=O)c1ccccc1O salicylic-acid
CCO ethanol
CN1C=NC2=C1C(=O)N(C(=O)N2C)C caffeine
C1CC(C)(C)(C)CC1 no-molecule
OCC ethanol-again
"""
ACETATE = """acetate
  made by hand

  4  3  0  0  0  0            999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.5000    0.0000    0.0000 C   0  0
    2.2000    1.2000    0.0000 O   0  0
    2.2000   -1.2000    0.0000 O   0  0
  1  2  1  0
  2  3  2  0
  2  4  1  0
M  END
>  <activity>
5.5 "µM"

$$$$
"""
Send = Callable[..., dict[str, Any]]


@pytest.fixture
def unit(ada: Squonk) -> str:
    ada.accounts("create_personal_unit", billing_day=3)
    found: str = ada.accounts_ok("get_personal_unit")["id"]
    return found


@pytest.fixture
def send(ada: Squonk, unit: str, tmp_path: Path) -> Send:
    """Send a file of hers and wait until it is ready, or has failed; returns what was made, and its task."""

    def sent(name: str, data: bytes | str, media_type: str, **more: Any) -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        given = {"dataset_file": str(path), "dataset_type": media_type, "unit_id": unit} | more
        made = ada.dm_ok("upload_dataset", **given)
        return {**made, "task": done(ada, made["task_id"])}

    return sent


def names(found: list[Molecule]) -> list[str]:
    return [one.name for one in found]


def test_molecules_are_found_by_who_may_read_them(
    ada: Squonk, bob: Squonk, send: Send, squonk_station: RunningStation
) -> None:
    made = send("drugs.smi", DRUGS, SMILES)
    dataset = made["dataset_id"]
    assert "5 molecules read, 1 kept as faulty" in made["task"]["events"][-1]["message"]
    with Station(squonk_station.url, ada.token) as hers, Station(squonk_station.url, bob.token) as his:
        assert names(list(hers.molecules.exact("OCC"))) == ["ethanol", "ethanol-again"]
        assert names(list(hers.molecules.exact(ETHANOL))) == ["ethanol", "ethanol-again"]
        assert names(list(hers.molecules.having("c1ccccc1C(=O)O"))) == ["aspirin", "salicylic-acid"]
        assert names(list(hers.molecules.having("[OX2H1]"))) == [
            "aspirin",
            "salicylic-acid",
            "ethanol",
            "ethanol-again",
        ]
        similar = list(hers.molecules.similar("OC(=O)c1ccccc1O", 0.3))
        assert (names(similar), similar[0].similarity) == (["salicylic-acid", "aspirin"], 1.0)
        assert (similar[0].dataset, similar[0].version, similar[0].line) == (dataset, 1, 2)

        (file,) = hers.molecules.readings(dataset, 1)
        assert (file.state, file.records, file.faults) == ("done", 6, 1)
        (faulty,) = hers.molecules.all(dataset, 1, faulty=True)
        assert (faulty.name, faulty.line, faulty.smiles) == ("no-molecule", 5, None)
        assert "valence" in (faulty.fault or "")

        for search in (his.molecules.exact("CCO"), his.molecules.having("O"), his.molecules.similar("CCO", 0.2)):
            assert list(search) == []
        with pytest.raises(ClientError) as refused:
            list(his.molecules.all(dataset, 1))
        assert refused.value.status == 404
        ada.dm_ok("add_dataset_editor", dataset_id=dataset, editor=bob.username)
        assert len(list(his.molecules.exact("CCO"))) == 2

        done(ada, ada.dm_ok("delete_dataset", dataset_id=dataset, dataset_version=1)["task_id"])
        assert list(hers.molecules.exact("CCO")) == []


def test_pages_of_every_search_go_on_where_the_last_ended(ada: Squonk, send: Send) -> None:
    send("chains.smi", "".join(f"{'C' * length}O chain-{length}\n" for length in range(1, 30)), SMILES)
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}, timeout=60) as http:
        for asked in ({"substructure": "CO"}, {"similar": "CCCCCCCO", "threshold": "0.3"}, {"exact": "CCO"}):
            whole = http.get("/api/v1/molecules", params={**asked, "limit": "200"}).json()
            paged, after = [], None
            while True:
                page = http.get(
                    "/api/v1/molecules", params={**asked, "limit": "4", **({"after": after} if after else {})}
                )
                paged += page.json()["items"]
                after = page.json().get("next")
                if after is None:
                    break
            assert paged == whole["items"]
            assert paged
        image = http.get("/api/v1/molecules/drawing", params={"smiles": "CCO"})
        assert (image.headers["content-type"], image.text.count("<svg")) == ("image/svg+xml", 1)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"exact": "CCO", "similar": "CCO"}, 422),
        ({"exact": "no molecule"}, 422),
        ({"substructure": "[$("}, 422),
        ({"similar": "CCO", "threshold": "0.1"}, 422),
        ({"exact": "CCO", "after": "bm8"}, 422),
    ],
)
def test_what_cannot_be_searched_for_is_refused(ada: Squonk, asked: dict[str, str], status: int) -> None:
    headers = {"Authorization": f"Bearer {ada.token}"}
    answer = httpx.get(f"{ada.url}/api/v1/molecules", params=asked, headers=headers, timeout=60)
    assert answer.status_code == status
    assert answer.json()["next_step"]


@pytest.mark.parametrize(
    ("name", "media_type", "data", "fault"),
    [
        ("empty.sdf", SDF, b"", "line 1: there is no molecule in it"),
        ("cut.sdf", SDF, (ACETATE * 2)[:-120].encode(), "line 23: a record ends here without the line `M  END`"),
        ("table.smi", SMILES, b"a;b;c\n1,2;3\n", "line 1: the line does not begin with a SMILES"),
        ("nul.sdf", SDF, ACETATE.encode() * 400 + b"x\0", "line 6401: it has a byte that no text has"),
        ("bomb.sdf.gz", SDF, partial(gzip.compress, b"A" * (300 << 20)), "line 1: "),
        ("short.smi.gz", SMILES, gzip.compress(b"CCO\n" * 9999)[:-20], "cannot be unpacked from here on"),
    ],
)
def test_what_is_not_what_its_type_says_fails_with_its_line(
    ada: Squonk, send: Send, name: str, media_type: str, data: bytes | Callable[[], bytes], fault: str
) -> None:
    made = send(name, data if isinstance(data, bytes) else data(), media_type)
    assert made["task"]["exit_code"] != 0
    assert fault in made["task"]["states"][-1]["message"]
    (version,) = ada.dm_ok("get_dataset_versions", dataset_id=made["dataset_id"])["versions"]
    assert version["processing_stage"] == "FAILED"


def test_odd_molecules_are_kept_as_they_are(ada: Squonk, send: Send, squonk_station: RunningStation) -> None:
    """Bytes of Latin-1, quotes, and a record of a size that no molecule has are no reason to lose the others."""
    huge = ACETATE.replace('5.5 "µM"', "x" * (5 << 20)).replace("acetate", "huge")
    made = send("odd.sdf", huge.encode() + ACETATE.encode("latin-1") + ACETATE.replace(" O  ", " Q5 ").encode(), SDF)
    assert "4 MiB" in made["task"]["states"][-1]["message"]
    made = send("odd.sdf", ACETATE.encode("latin-1") + ACETATE.replace(" O  ", " O9 ").encode(), SDF)
    assert made["task"]["exit_code"] == 0, made["task"]
    with Station(squonk_station.url, ada.token) as known:
        first, second = known.molecules.all(made["dataset_id"], 1)
        assert (first.name, first.smiles, first.properties) == ("acetate", "CC(=O)O", {"activity": '5.5 "µM"'})
        assert (second.smiles, second.line) == (None, 17)


def test_molecules_are_read_later_where_they_were_passed_over(
    ada: Squonk, bob: Squonk, send: Send, squonk_station: RunningStation
) -> None:
    made = send("later.sdf", ACETATE, SDF, skip_molecule_load=True)
    dataset = made["dataset_id"]
    with Station(squonk_station.url, ada.token) as known, Station(squonk_station.url, bob.token) as his:
        assert (list(known.molecules.exact("CC(=O)O")), known.molecules.readings(dataset, 1)) == ([], [])
        with pytest.raises(ClientError) as refused:
            his.molecules.load(dataset, 1)
        assert refused.value.status == 404
        assert known.tasks.wait(known.molecules.load(dataset, 1)).exit_code == 0
        assert names(list(known.molecules.exact("CC(=O)O"))) == ["acetate"]
        again = known.tasks.wait(known.molecules.load(dataset, 1))
        assert (again.exit_code, len(list(known.molecules.exact("CC(=O)O")))) == (0, 1)


def test_strict_files_fail_with_the_line_of_the_first_fault(send: Send) -> None:
    made = send("drugs.smi", DRUGS, SMILES, format_extra_variables='{"strict": true}')
    assert "line 5: a molecule begins here that RDKit cannot read" in made["task"]["states"][-1]["message"]
    assert wait(lambda: made["task"]["exit_code"], lambda code: code is not None) == 1


def test_types_say_what_may_be_said_about_reading_them(ada: Squonk) -> None:
    types = {one["mime"]: one for one in ada.dm_ok("get_supported_file_types")["types"]}
    assert types[SDF]["formatter_supports_db_load"] is True
    assert set(types[SMILES]["formatter_options"]["properties"]) == {"header", "strict"}
    assert set(types["text/csv"]) == {"mime", "file_extensions"}


@pytest.mark.parametrize(
    ("name", "data", "media_type", "as_type", "becomes", "holds"),
    [
        ("drugs.smi", DRUGS.encode(), SMILES, SDF, "drugs.sdf", b"M  END\n$$$$"),
        ("acid.sdf.gz", gzip.compress(ACETATE.encode()), SDF, SMILES, "acid.smi", b"CC(=O)O\tacetate\n"),
        ("packed.sdf.gz", gzip.compress(ACETATE.encode()), SDF, SDF, "packed.sdf", ACETATE.encode()),
        ("plain.smi", b"CCO ethanol\n", SMILES, SMILES, "plain.smi", b"CCO ethanol\n"),
    ],
)
def test_files_come_into_projects_in_the_form_that_is_wanted(
    ada: Squonk, send: Send, project: str, tmp_path: Path, name: str, data: bytes, media_type: str, as_type: str,
    becomes: str, holds: bytes,
) -> None:  # fmt: skip
    dataset = send(name, data, media_type, skip_molecule_load=True)["dataset_id"]
    given = {"dataset_id": dataset, "dataset_version": 1, "project_id": project, "as_type": as_type}
    made = ada.dm_ok("attach_dataset_to_project", **given)
    task = done(ada, made["task_id"])
    assert (task["exit_code"], made["file_name"]) == (0, becomes), task
    (file,) = ada.dm_ok("list_project_files", project_id=project)["files"]
    assert (file["mime_type"], file["file_name"]) == (as_type, becomes)
    back = tmp_path / "back"
    ada.dm_ok("get_project_file", file_id=made["file_id"], local_file=str(back))
    assert holds in back.read_bytes()
    assert file["stat"]["size"] == len(back.read_bytes())
    if name == "drugs.smi":
        assert back.read_bytes().count(b"$$$$") == 5
        assert "1 molecules cannot be read, the first in line 5" in task["events"][-1]["message"]
        given["compress"] = True
        packed = ada.dm_ok("attach_dataset_to_project", **given, path="/packed")
        assert (done(ada, packed["task_id"])["exit_code"], packed["file_name"]) == (0, "drugs.sdf.gz")
        ada.dm_ok("get_project_file", file_id=packed["file_id"], local_file=str(back))
        assert gzip.decompress(back.read_bytes()).count(b"$$$$") == 5
