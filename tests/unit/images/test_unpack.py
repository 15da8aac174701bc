"""The program that unpacks images, as a process of its own, on images that are sound, odd, and hostile."""

import io
import json
import os
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.containers import Layer, write_layout


def unpacked(source: Path, place: Path, *names: str, most: int = 1 << 30) -> "subprocess.CompletedProcess[str]":
    found = find_spec("fieldstation.gateways.images")
    assert found is not None
    assert found.submodule_search_locations is not None
    place.mkdir()
    return subprocess.run(
        [sys.executable, "-s", "-m", "programs.unpack", str(source), "amd64", str(most), *names],
        cwd=place,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": found.submodule_search_locations[0]},
        capture_output=True,
        text=True,
        check=False,
    )


def archived(layout: Path, file: Path, mode: str = "w") -> Path:
    with tarfile.open(file, mode) as archive:  # type: ignore[call-overload]  # any mode that writes
        archive.add(layout, arcname=".")
    return file


def about(place: Path) -> Any:
    return json.loads((place / "image.json").read_text())


def test_layers_lie_upon_each_other(tmp_path: Path) -> None:
    lower = Layer().file("data/old", b"old").file("data/kept", b"kept").file("opaque/below", b"x").file("twice", b"1")
    lower.other("lib", tarfile.DIRTYPE).link("link", "data").file("run.sh", b"#!/bin/sh\n", 0o750).file("becomes", b"f")
    upper = Layer().file("data/.wh.old").file("opaque/.wh..wh..opq").file("opaque/above", b"y").file("twice", b"22")
    upper.file("link/through", b"seen").other("data/hard", tarfile.LNKTYPE, "data/kept").file("becomes/folder", b"g")
    layout = write_layout(tmp_path / "layout", [lower.bytes(), upper.bytes()])
    done = unpacked(layout, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "out" / "root"
    found = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert {name: found[name] for name in found if not name.startswith(("etc/", "link/"))} == {
        "data/kept": b"kept", "data/hard": b"kept", "data/through": b"seen", "opaque/above": b"y", "twice": b"22",
        "run.sh": b"#!/bin/sh\n", "becomes/folder": b"g",
    }  # fmt: skip
    assert (root / "data/kept").stat().st_ino == (root / "data/hard").stat().st_ino
    assert (root / "run.sh").stat().st_mode & 0o777 == 0o755, "what its owner may start, all may"
    assert (root / "twice").stat().st_mtime == 1_600_000_000
    told = about(tmp_path / "out")
    assert (told["layers"], told["directory"], told["environment"]["GREETING"]) == (2, "/work", "hello from the image")
    assert ":65534:" in (root / "etc/passwd").read_text()


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_an_archive_holds_the_same_as_its_folder(tmp_path: Path, mode: str) -> None:
    layout = write_layout(tmp_path / "layout", [Layer().file("a", b"1").bytes()])
    assert unpacked(layout, tmp_path / "one").returncode == 0
    assert unpacked(archived(layout, tmp_path / "image.tar", mode), tmp_path / "two").returncode == 0
    assert about(tmp_path / "one") == about(tmp_path / "two")
    assert (tmp_path / "two/root/a").read_bytes() == b"1"


def test_of_several_images_the_one_of_that_name_is_meant(tmp_path: Path) -> None:
    one = write_layout(tmp_path / "layout", [Layer().file("a", b"1").bytes()], name="first")
    other = write_layout(tmp_path / "other", [Layer().file("b", b"2").bytes()], name="second")
    for blob in (other / "blobs/sha256").iterdir():
        blob.rename(one / "blobs/sha256" / blob.name)
    index = json.loads((one / "index.json").read_text())
    index["manifests"] += json.loads((other / "index.json").read_text())["manifests"]
    (one / "index.json").write_text(json.dumps(index))
    assert unpacked(one, tmp_path / "out", "second").returncode == 0
    assert (tmp_path / "out/root/b").exists()
    done = unpacked(one, tmp_path / "none", "third")
    assert done.returncode == 65
    assert "none is called third: first, second" in done.stderr


_SECRET = "what a link must not lead to"


@pytest.mark.parametrize(
    ("layer", "fault"),
    [
        (Layer().file("../out", b"x"), "leads out of the image"),
        (Layer().file("a/../../out", b"x"), "leads out of the image"),
        (Layer().other("hard", tarfile.LNKTYPE, "../../secret"), "leads out of the image"),
        (Layer().other("hard", tarfile.LNKTYPE, "/etc/passwd"), "is no file of it"),
        (Layer().link("a", "b").link("b", "a").file("a/x", b""), "circle"),
        (Layer().file("large", bytes(5000)), "more than 4096 bytes"),
    ],
)
def test_a_layer_that_would_do_harm_is_refused(tmp_path: Path, layer: Layer, fault: str) -> None:
    (tmp_path / "secret").write_text(_SECRET)
    done = unpacked(write_layout(tmp_path / "layout", [layer.bytes()]), tmp_path / "out", most=4096)
    assert (done.returncode, fault in done.stderr) == (65, True), done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"secret", "layout", "out"}


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "out.file").write_text(_SECRET)
    layer = Layer().link("up", "../../..").link("top", "/").file("up/etc/mine", b"1").file("top/usr/mine", b"2")
    layer.link("etc/passwd", str(tmp_path / "out.file")).other("dev/sda", tarfile.BLKTYPE).other(
        "pipe", tarfile.FIFOTYPE
    )
    layer.file("setuid", b"", 0o6755)
    done = unpacked(write_layout(tmp_path / "layout", [layer.bytes()]), tmp_path / "out")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "out/root"
    assert (root / "etc/mine").read_bytes() == b"1"
    assert (root / "usr/mine").read_bytes() == b"2"
    assert (tmp_path / "out.file").read_text() == _SECRET, "what the image knows its users by is its own"
    assert (root / "setuid").stat().st_mode & 0o7000 == 0
    assert not (root / "dev/sda").exists()
    assert about(tmp_path / "out")["left_out"] == 2


def test_what_is_damaged_is_refused_by_name(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", [Layer().file("a", b"1").bytes()])
    blobs = sorted((layout / "blobs/sha256").iterdir(), key=lambda blob: blob.stat().st_size)
    for place, blob in enumerate(blobs):
        kept = blob.read_bytes()
        blob.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        done = unpacked(layout, tmp_path / f"out{place}")
        assert done.returncode == 65, f"{blob} was changed and nobody saw: {done.stderr}"
        blob.write_bytes(kept)
    other = write_layout(tmp_path / "arm", [Layer().file("a", b"1").bytes()], architecture="arm64")
    assert "linux/arm64" in unpacked(other, tmp_path / "arm-out").stderr
    (tmp_path / "text").write_text("no image at all")
    assert unpacked(tmp_path / "text", tmp_path / "text-out").returncode == 65
    with tarfile.open(tmp_path / "plain.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("readme"), io.BytesIO())
    assert "neither index.json" in unpacked(tmp_path / "plain.tar", tmp_path / "plain-out").stderr
