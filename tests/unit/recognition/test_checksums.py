"""Checksums that come along: sidecars, manifests, and what they say of files that came, or did not."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from fieldstation.core.recognition.model.checksums import algorithm_named, manifest_of, sidecar_of
from fieldstation.core.recognition.model.findings import Findings
from fieldstation.core.recognition.service import Checksums, Inspector, files_in, product_directories
from fieldstation.storage.places import FilesystemPlaces

DATA = b"granule"


def sha(data: bytes, name: str = "sha256") -> str:
    return hashlib.new(name, data).hexdigest()


def verified(folder: Path, files: Mapping[str, bytes]) -> tuple[Checksums, list[str], list[str]]:
    """Write files, verify them, and return what was found with faults and warnings, each `name: text`."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    findings = Findings()
    inspector = Inspector(places=FilesystemPlaces([folder]), configuration=None, hostname="here")
    names = files_in(inspector.places, str(folder), findings)
    found = inspector.verify(str(folder), names, (), findings)
    told = [
        [f"{one.file.removeprefix(f'{folder}/')}: {one.problem.text}" for one in remarks]
        for remarks in (findings.faults, findings.warnings)
    ]
    return found, told[0], told[1]


def test_every_algorithm_agrees_or_is_told_to_differ(tmp_path: Path) -> None:
    algorithms = [name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")]
    right = {f"{name}.nc": DATA for name in algorithms} | {
        f"{name}.nc.{name}": f"{sha(DATA, name).upper()}  {name}.nc\nmore\n".encode() for name in algorithms
    }
    shake = {"s.nc": DATA, "s.nc.shake_128": hashlib.shake_128(DATA).hexdigest(255).encode()}
    wrong = {"w.nc": DATA, "w.nc.MD5": sha(b"else", "md5").encode(), "w.nc.sha1": sha(DATA, "sha1").encode()}
    found, faults, warnings = verified(tmp_path, {**right, **shake, **wrong, "alone.nc": DATA})
    assert set(found.matched) == {*(f"{name}.nc" for name in algorithms), "s.nc"}
    assert (found.differing, found.without, warnings) == (("w.nc",), ("alone.nc",), [])
    assert faults == [f"w.nc: its md5 is {sha(DATA, 'md5')}, but w.nc.MD5 says {sha(b'else', 'md5')}: send it again"]


def test_manifests_say_what_is_missing_too(tmp_path: Path) -> None:
    lines = [
        "# made by hand",
        f"{sha(DATA)}  a.nc",
        f"{sha(DATA)} *./deep/b c.nc",
        f"SHA256 (odd (1).nc) = {sha(DATA)}",
        rf"\{sha(DATA)}  line\nend",
        f"{sha(DATA)}  gone.nc",
        f"{sha(DATA)}  ../outside",
        "short  a.nc",
    ]
    files = {"a.nc": DATA, "deep/b c.nc": DATA, "odd (1).nc": b"else", "line\nend": DATA, "unlisted": DATA}
    found, faults, _ = verified(tmp_path, files | {"SHA256SUMS": "\n".join(lines).encode()})
    assert (found.matched, found.differing) == (("a.nc", "deep/b c.nc", "line\nend"), ("odd (1).nc",))
    assert found.without == ("unlisted",)
    assert [fault.partition(": ")[0] for fault in faults] == ["SHA256SUMS", "SHA256SUMS", "SHA256SUMS", "odd (1).nc"]
    assert "gone.nc, which is not there" in "".join(faults)


def test_bags_are_read_below_their_folder(tmp_path: Path) -> None:
    found, faults, _ = verified(
        tmp_path, {"bag/data/x": DATA, "bag/manifest-sha512.txt": f"{sha(DATA, 'sha512')} data/x\n".encode()}
    )
    assert (found.matched, faults) == (("bag/data/x",), [])


def test_sidecars_of_nothing_and_with_nothing(tmp_path: Path) -> None:
    files = {"gone.nc.md5": b"x", "a.nc": DATA, "a.nc.md5": b"not found", "b.nc": DATA, "b.nc.sha256": b""}
    found, faults, warnings = verified(tmp_path, files)
    assert (len(faults), len(warnings), found.matched) == (2, 1, ())
    named, doubts, _ = verified(tmp_path / "named", {"a": DATA, "a.md5": f"{sha(DATA, 'md5')}  other".encode()})
    assert (named.matched, doubts) == (("a",), [])


def test_names_of_algorithms_and_manifests() -> None:
    assert [algorithm_named(name) for name in ("SHA-512", "sha512", "SHA3-256", "MD5", "crc32")] == [
        "sha512", "sha512", "sha3_256", "md5", None,
    ]  # fmt: skip
    names = ("SHA256SUMS", "md5sum.txt", "tagmanifest-sha1.txt", "checksums.sha256", "x/MD5SUMS", "a.sha256", "sums")
    assert [manifest_of(name) for name in names] == ["sha256", "md5", "sha1", "sha256", "md5", None, None]
    assert [sidecar_of(name) for name in ("a.nc.SHA1", "a.nc", ".md5", "d/.md5")] == [
        ("a.nc", "sha1"),
        None,
        None,
        None,
    ]


def test_only_plain_files_are_taken(tmp_path: Path) -> None:
    product = tmp_path / "P"
    product.mkdir()
    (product / "P.dataset.json").write_text('{"version": "1"}')
    (product / "link").symlink_to("/etc/passwd")
    os.mkfifo(product / "pipe")
    (tmp_path / os.fsdecode(b"bad\xff")).write_bytes(DATA)
    (tmp_path / "/".join("d" * 130)).mkdir(parents=True)
    (tmp_path / "Q").mkdir()
    (tmp_path / "Q" / "Q.met.json").write_text("{}")
    (tmp_path / "R").mkdir()
    (tmp_path / "R" / "other.dataset.json").write_text("{}")
    findings = Findings()
    found = product_directories(FilesystemPlaces([tmp_path]), str(tmp_path), findings)
    assert found == {str(product): ["P.dataset.json"]}
    told = sorted(one.problem.text for one in findings.faults)
    assert len(told) == 6
    for said in (
        "is a link",
        "neither a file nor a folder",
        "not UTF-8",
        "has no Q.dataset.json",
        "must have one name",
    ):
        assert any(said in text for text in told), said


@pytest.mark.parametrize("name", ["x.nc.part", "x.nc.osaka.locked.json", "_publish.context.json"])
def test_a_transfer_that_goes_on_is_waited_for(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "P"
    folder.mkdir()
    (folder / "P.dataset.json").write_text('{"version": "1"}')
    inspector = Inspector(places=FilesystemPlaces([tmp_path]), configuration=None, hostname="here")
    assert inspector.inspect(str(folder), ["P.dataset.json"]).findings.faults == []
    (found,) = inspector.inspect(str(folder), ["P.dataset.json", name]).findings.faults
    assert "has not ended" in found.problem.text
