"""Where definitions may come from: below the places that were named, by whatever way one tries to leave them."""

import os
from pathlib import Path

import pytest

from fieldstation.gateways.sources import ToolSources
from fieldstation.gateways.web import Web
from fieldstation.kernel.errors import FieldstationError, Forbidden, Invalid, NotFound, TooLarge, Unavailable
from fieldstation.ports.web import Errand
from tests.integration.gateways.servers import say, served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of definitions, with a secret beside it."""
    (tmp_path / "definitions" / "a b").mkdir(parents=True)
    (tmp_path / "definitions" / "a b" / "jobs.yaml").write_text("kind: x")
    (tmp_path / "definitions-too").mkdir()
    (tmp_path / "secret").write_text("secret")
    return tmp_path / "definitions"


def sources(*prefixes: str) -> ToolSources:
    """Return sources that may reach this machine."""
    return ToolSources(prefixes, Web(["127.0.0.1"]))


def test_a_file_below_a_source_is_read(folder: Path) -> None:
    found = sources(f"file:{folder}")
    assert found.read(Errand(address=f"file:{folder}/a%20b/jobs.yaml")) == "kind: x"
    assert found.read(Errand(address=f"file://{folder}/a%20b/jobs.yaml")) == "kind: x"
    with pytest.raises(NotFound):
        found.read(Errand(address=f"file:{folder}/nothing.yaml"))


@pytest.mark.parametrize("path", ["../secret", "a%20b/../../secret", "%2e%2e/secret", "..%2fsecret", "./x", "a\\b"])
def test_no_step_leads_out(folder: Path, path: str) -> None:
    with pytest.raises(Invalid):
        sources(f"file:{folder}/").read(Errand(address=f"file:{folder}/{path}"))


def test_no_neighbour_and_no_link_leads_out(folder: Path) -> None:
    found = sources(f"file:{folder}")
    (folder / "link").symlink_to(folder.parent / "secret")
    (folder / "inner").symlink_to(folder / "a b" / "jobs.yaml")
    for address in (f"file:{folder}-too/x", f"file:{folder.parent}/secret", f"file:{folder}/link"):
        with pytest.raises(Forbidden):
            found.read(Errand(address=address))
    assert found.read(Errand(address=f"file:{folder}/inner")) == "kind: x"


def test_only_files_of_a_fair_size_are_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(bytes(2 << 20))
    (folder / "binary").write_bytes(b"\xff")
    for name, error in (("pipe", NotFound), ("large", TooLarge), ("binary", Invalid), ("a b", NotFound)):
        with pytest.raises(error):
            sources(f"file:{folder}").read(Errand(address=f"file:{folder}/{name}".replace(" ", "%20")))


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("https://Host.test/definitions/a.yaml", True),
        ("https://host.test:443/definitions/a/b.yaml?ref=main", True),
        ("https://host.test/definitions", True),
        ("https://host.test/definitions-too/a.yaml", False),
        ("https://host.test.evil.test/definitions/a.yaml", False),
        ("https://evil.test/https://host.test/definitions/a.yaml", False),
        ("https://host.test:8443/definitions/a.yaml", False),
        ("http://host.test/definitions/a.yaml", False),
        ("https://host.test@evil.test/definitions/a.yaml", False),
        ("https://host.test\\@evil.test/definitions/a.yaml", False),
        ("https://host.test/definitions/%2e%2e/a.yaml", False),
        ("https://host.test/definitions/..%2fa.yaml", False),
        ("file:/etc/passwd", False),
        ("file://host.test/definitions/a.yaml", False),
        ("HTTPS:host.test/definitions/a", False),
        ("https://host.test:x/definitions/", False),
        ("", False),
    ],
)
def test_an_address_is_compared_step_by_step(address: str, admitted: bool) -> None:
    found = sources("https://host.test/definitions")
    if admitted:
        found.admit(address)
        return
    with pytest.raises((Forbidden, Invalid)):
        found.admit(address)


def test_nothing_is_taken_where_no_source_is_named() -> None:
    with pytest.raises(Forbidden):
        sources().admit("https://host.test/x")


def test_an_address_in_the_web_is_read_and_leads_nowhere_else() -> None:
    answers = {"/d/a": say(200, b"text"), "/d/out": say(302, Location="/other"), "/d/no": say(500), "/other": say(200)}
    with served(answers) as server:
        base = f"http://127.0.0.1:{server.port}"
        found = sources(f"{base}/d/")
        assert found.read(Errand(address=f"{base}/d/a", headers={"X-Token": "t"})) == "text"
        assert server.asked[0][1]["X-Token"] == "t"
        outcomes: dict[str, type[FieldstationError]] = {"out": Forbidden, "no": Unavailable, "nothing": NotFound}
        for name, error in outcomes.items():
            with pytest.raises(error):
                found.read(Errand(address=f"{base}/d/{name}"))
        assert all(path != "/other" for path, _ in server.asked)
