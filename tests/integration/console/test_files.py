"""The built console as the station serves it."""

import gzip
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI

from fieldstation.facades.kit.problems import install_problems
from fieldstation.wiring.doors import include_console

SCRIPT = b"export const answer = 42;\n" * 100
PAGE = b"<!doctype html><title>Fieldstation</title>"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


class Door:
    """An application with one door and the console, asked in an event loop of its own."""

    def __init__(self, static: Path) -> None:
        self.app = FastAPI(docs_url=None, redoc_url=None, redirect_slashes=False)
        self.app.add_api_route("/api/v1/me", lambda: {"username": "ada"}, methods=["GET"])
        self.app.add_api_route("/session/logout", lambda: None, methods=["POST"])
        install_problems(self.app)
        include_console(self.app, static)

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://x") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, headers={"Accept-Encoding": "identity", **named})

        with start_blocking_portal() as portal:
            return portal.call(ask)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "favicon.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "assets" / "main-1a2b3c.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "main-1a2b3c.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "main-1a2b3c.js.br").write_bytes(b"as brotli would write it")
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/data", "/data/rainfall/3?tab=files", "/runs/run-1", "/index.html"])
def test_every_address_of_nobody_is_the_page(static: Path, path: str) -> None:
    answer = Door(static).ask(path, Accept=BROWSER)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api", "/api/v2/me", "/api/v1/me/too", "/session/nothing", "/assets/gone-1a2b.js"])
def test_what_a_door_owns_stays_its_own(static: Path, path: str) -> None:
    answer = Door(static).ask(path, Accept=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_doors_go_before_the_console(static: Path) -> None:
    door = Door(static)
    assert door.ask("/api/v1/me", Accept=BROWSER).json() == {"username": "ada"}
    wrong = door.ask("/session/logout", Accept=BROWSER)
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(("method", "accept"), [("GET", "application/json"), ("GET", "*/*"), ("POST", BROWSER)])
def test_only_a_reader_of_html_gets_the_page(static: Path, method: str, accept: str) -> None:
    assert Door(static).ask("/nowhere", method, Accept=accept).status_code == 404


def test_the_home_page_is_for_everybody(static: Path) -> None:
    assert Door(static).ask("/", Accept="*/*").content == PAGE


def test_assets_are_kept_for_ever_and_come_compressed(static: Path) -> None:
    door = Door(static)
    path = "/assets/main-1a2b3c.js"
    plain, packed = door.ask(path), door.ask(path, Accept_Encoding="gzip, deflate")
    assert plain.content == packed.content == SCRIPT
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(SCRIPT)
    best = door.ask(path, "HEAD", Accept_Encoding="gzip, br")
    assert best.headers["Content-Encoding"] == "br"
    assert best.content == b""
    refused = door.ask(path, "HEAD", Accept_Encoding="br;q=0, gzip;q=0.5")
    assert refused.headers["Content-Encoding"] == "gzip"
    for answer in (plain, packed, best):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert len({answer.headers["ETag"] for answer in (plain, packed, best)}) == 3


@pytest.mark.parametrize("path", ["/", "/assets/main-1a2b3c.js"])
def test_who_has_it_already_gets_nothing(static: Path, path: str) -> None:
    door = Door(static)
    etag = door.ask(path).headers["ETag"]
    again = door.ask(path, If_None_Match=etag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert door.ask(path, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/assets/main-1a2b3c.js"])
def test_nothing_from_elsewhere_runs_and_nobody_frames_it(static: Path, path: str) -> None:
    headers = Door(static).ask(path).headers
    rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == rules["script-src"] == rules["connect-src"] == rules["form-action"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/../secret", "/assets/../../secret", "/assets/%2e%2e/%2e%2e/secret", "//secret"])
def test_nothing_outside_its_folder_is_sent(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "static"
    inside.mkdir()
    (inside / "index.html").write_bytes(PAGE)
    (tmp_path / "secret").write_text("secret")
    assert b"secret" not in Door(inside).ask(path, Accept=BROWSER).content.replace(b"/secret", b"")


def test_without_a_build_it_says_how_to_make_one_and_finds_it_then(tmp_path: Path) -> None:
    door = Door(tmp_path / "static")
    missing = door.ask("/runs", Accept=BROWSER)
    assert missing.status_code == 503
    assert "make setup" in missing.text
    assert door.ask("/api/v1/me").status_code == 200
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "index.html").write_bytes(PAGE)
    assert door.ask("/runs", Accept=BROWSER).content == PAGE
    (tmp_path / "static" / "new.html").write_bytes(b"newer")
    (tmp_path / "static" / "new.html").replace(tmp_path / "static" / "index.html")
    assert door.ask("/runs", Accept=BROWSER).content == b"newer"
