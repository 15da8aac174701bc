"""Container images as operators bring them and people run in them: from archives and from a registry, pinned."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fieldstation.testing.station import running_station
from tests.acceptance.person import Person
from tests.containers import busybox, need_containers, running_registry, skopeo, write_layout

_TOOL = """
kind: Tool
name: {name}
version: 1.0.0
title: Greets
description: Says what it sees.
image: "{image}"
command: [sh, -c, 'cat /greeting; echo "$GREETING"; id -u; pwd; cat "$1" > kept.txt', sh, "{{{{ inputs.text }}}}"]
inputs:
  text: {{title: A text}}
outputs:
  kept: {{glob: kept.txt, media_type: text/plain}}
limits: {{soft_seconds: 50, hard_seconds: 60}}
"""
_JOBS = {
    "kind": "DataManagerJobDefinition",
    "kind-version": "2021.1",
    "collection": "images",
    "jobs": {
        "greet": {
            "version": "1.0.0",
            "name": "Greets",
            "category": "tests",
            "image": {
                "name": "PLACE/acme/greet",
                "tag": "2",
                "project-directory": "/data",
                "working-directory": "/data",
            },
            "command": "sh -c 'cat /greeting > said.txt'",
        }
    },
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A station that may ask one registry, its operator, the registry, and a folder for images in the making."""

    admin: Person
    registry: str
    folder: Path

    def image(self, name: str, greeting: str, **about: Any) -> Path:
        """Write a layout of an image that greets."""
        layers = [busybox().bytes(), _greeting(greeting)]
        return write_layout(self.folder / name, layers, name=name, **about)

    def archive(self, name: str, greeting: str, reference: str) -> Path:
        """Write what `docker save` writes, by another program."""
        file = self.folder / f"{name}.tar"
        skopeo(f"oci:{self.image(name, greeting)}:{name}", f"docker-archive:{file}:{reference}")
        return file

    def push(self, name: str, greeting: str, reference: str) -> None:
        """Push an image to the registry."""
        skopeo(f"oci:{self.image(name, greeting)}:{name}", f"docker://{self.registry}/{reference}")


def _greeting(text: str) -> bytes:
    return busybox().file("greeting", f"{text}\n".encode()).bytes()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    need_containers()
    place = Path(tempfile.mkdtemp(prefix="fst-images-"))
    place.chmod(0o711)
    folder = tmp_path_factory.mktemp("images")
    (folder / "registry").mkdir()
    try:
        with running_registry(folder / "registry") as registry:
            settings = {
                "FIELDSTATION_REGISTRIES": f"docker.io, http://{registry}, http://localhost:9",
                "FIELDSTATION_OUTBOUND_ALLOW": f"{registry}, localhost:9",
                "FIELDSTATION_TOOL_SOURCES": f"file:{place}/definitions/",
            }
            with running_station(place / "station", environment=settings) as station:
                admin = Person(username="admin", home=folder)
                admin.ok("login", "--data", station.data)
                _publish_jobs(admin, place / "definitions", registry)
                (folder / "text").write_text("a text\n")
                admin.ok("dataset", "add", "text", folder / "text")
                yield Scene(admin=admin, registry=registry, folder=folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _publish_jobs(admin: Person, folder: Path, registry: str) -> None:
    folder.mkdir()
    (folder / "jobs.yaml").write_text(json.dumps(_JOBS).replace("PLACE", registry))
    manifest = {"kind": "DataManagerManifest", "kind-version": "2021.1", "job-definition-files": ["jobs.yaml"]}
    (folder / "manifest.yaml").write_text(json.dumps(manifest))
    admin.ok("tool", "manifest", "add", f"file:{folder}/manifest.yaml")


def _publish(scene: Scene, name: str, image: str) -> None:
    file = scene.folder / f"{name}.yaml"
    file.write_text(_TOOL.format(name=name, image=image))
    scene.admin.ok("tool", "add", file)


def _run(scene: Scene, tool: str) -> tuple[Any, list[str]]:
    made = scene.admin.json("run", "submit", tool, "--input", "text=text:text", "--wait")
    assert made["state"] == "succeeded", made
    shown = scene.admin.json("run", "show", made["id"])
    return shown, scene.admin.ok("run", "logs", shown.get("reused_from") or made["id"]).splitlines()


def test_an_archive_is_brought_run_and_pinned(scene: Scene) -> None:
    admin = scene.admin
    _publish(scene, "greet", "acme/greet:1")
    refused = admin.fst("run", "submit", "greet", "--input", "text=text:text")
    assert refused.code != 0
    assert "acme/greet:1 is not on this station" in refused.err
    assert "image add" in refused.next_step
    archive = scene.archive("first", "good morning", "acme/greet:1")
    assert "docker.io/acme/greet:1 is here" in admin.ok("image", "add", "acme/greet:1", "--archive", archive, "--wait")
    first, said = _run(scene, "greet")
    assert said[:2] == ["good morning", "hello from the image"]
    assert said[2:] == ["65534", "/outputs"]
    assert first["image"] == admin.json("image", "show", "acme/greet:1")["image"]
    again, _ = _run(scene, "greet")
    assert again["reused_from"] == first["id"], "the same work in the same image is not done twice"
    other = scene.archive("second", "good evening", "acme/greet:1")
    admin.ok("image", "add", "acme/greet:1", "--archive", other, "--wait")
    later, said = _run(scene, "greet")
    assert said[0] == "good evening"
    assert later["image"] != first["image"]
    assert "acme/greet:1" in admin.ok("image", "list")
    admin.ok("image", "remove", "acme/greet:1")
    assert admin.fst("image", "show", "acme/greet:1").code != 0
    assert (
        "is not on this station" in admin.fst("run", "submit", "greet", "--input", "text=text:text", "--no-reuse").err
    )


def test_a_registry_is_asked_by_tag_and_by_digest(scene: Scene) -> None:
    admin, name = scene.admin, f"{scene.registry}/acme/pulled"
    scene.push("pulled", "from afar", "acme/pulled:1")
    admin.ok("image", "add", f"{name}:1", "--wait")
    shown = admin.json("image", "show", f"{name}:1")
    (digest,) = shown["digests"]
    _publish(scene, "by-digest", f"{name}@{digest}")
    found, said = _run(scene, "by-digest")
    assert (said[0], found["image"]) == ("from afar", shown["image"])
    admin.ok("image", "remove", f"{name}:1")
    assert admin.fst("run", "submit", "by-digest", "--input", "text=text:text", "--no-reuse").code != 0
    admin.ok("image", "add", f"{name}@{digest}", "--wait")
    _run(scene, "by-digest")
    missing = admin.fst("image", "add", f"{name}:none", "--wait")
    assert missing.code == 1
    assert "has no image acme/pulled none" in missing.out
    away = admin.fst("image", "add", "localhost:9/acme/greet:1", "--wait")
    assert (away.code, "localhost cannot be asked" in away.out) == (1, True), away
    elsewhere = admin.fst("image", "add", "registry.example.org/acme/greet:1")
    assert "asks no registry at registry.example.org" in elsewhere.err


def test_a_job_waits_for_its_image_and_then_works_in_its_project(scene: Scene) -> None:
    admin = scene.admin

    def listed() -> Any:
        jobs = admin.json("instance", "jobs")["items"]
        return next(one for one in jobs if one["collection"] == "images")

    assert "is not on this station" in listed()["lacks"]
    assert admin.ok("instance", "launch", "images/greet@1.0.0", "--dry").strip().startswith("sh -c")
    refused = admin.fst("instance", "launch", "images/greet@1.0.0")
    assert refused.code != 0
    assert "image add" in refused.next_step
    scene.push("job", "in the project", "acme/greet:2")
    admin.ok("image", "add", f"{scene.registry}/acme/greet:2", "--wait")
    assert not listed().get("lacks")
    made = admin.json("instance", "launch", "images/greet@1.0.0")
    assert admin.fst("task", "show", made["task"], "--wait").code == 0
    assert admin.ok("file", "get", "said.txt", "--into", scene.folder / "back") is not None
    assert (scene.folder / "back" / "said.txt").read_text() == "in the project\n"


def test_what_is_no_image_for_this_machine_is_told(scene: Scene) -> None:
    admin = scene.admin
    archive = scene.folder / "odd.tar"
    archive.write_bytes(b"no archive" * 1000)
    done = admin.fst("image", "add", "acme/odd:1", "--archive", archive, "--wait")
    assert (done.code, "cannot be unpacked" in done.out) == (1, True), done
    with admin.station() as station:
        assert station.transport.get("/api/v1/uploads")["items"] == [], "it takes no room any more"
    layout = scene.image("far", "for another machine", architecture="s390x")
    with_tar = scene.folder / "far.tar"
    skopeo("--override-arch=s390x", f"oci:{layout}:far", f"docker-archive:{with_tar}:acme/far:1")
    done = admin.fst("image", "add", "acme/far:1", "--archive", with_tar, "--wait")
    assert "is for linux/s390x" in done.out
    assert admin.fst("image", "add", "No Name", "--wait").code != 0
