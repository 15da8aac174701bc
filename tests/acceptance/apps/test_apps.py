"""Applications: launched at the Data Manager's door, over REST and in a command; opened in a browser; paid for."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.acceptance.apps.conftest import NewSomebody, Place, door, inside, launched, running, waited
from tests.acceptance.person import Person
from tests.acceptance.squonk.client import Squonk

FILES = "filebrowsers.fieldstation.org"
ECHO, ROOT, GREEDY, SILENT = (f"{name}.example.org" for name in ("echoes", "roots", "greedy", "silent"))


@pytest.fixture
def echo(ada: Squonk, project: str) -> Iterator[str]:
    """The address of an application of hers that tells what it is asked."""
    found = launched(ada, project, ECHO)
    yield running(ada, found["instance_id"])["url"]
    with door(ada) as asked:
        asked.delete(f"/instance/{found['instance_id']}")


def told(browser: httpx.Client, address: httpx.URL | str, **more: Any) -> Any:
    answer = browser.request(more.pop("method", "GET"), address, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_they_are_described_launched_and_ended_as_programs_for_the_data_manager_do(ada: Squonk, project: str) -> None:
    known = {one["application_id"]: one for one in ada.dm_ok("get_applications")["applications"]}
    assert {"datamanagerjobs.squonk.it", FILES, ECHO} <= known.keys()
    assert known[FILES]["kind"] == "FileBrowser"
    described = ada.dm_ok("get_application", app_id=ROOT)
    assert (described["cost"], described["cost_unit"], described["cost_period"]) == ("2", "PxGi", "hour")
    assert described["cost_pro_rata"] is False
    assert "memory" in json.loads(described["template"])["properties"]["variables"]["properties"]

    made = launched(ada, project, ROOT, memory="1Gi")
    instance = running(ada, made["instance_id"])
    assert (instance["phase"], instance["application_type"]) == ("RUNNING", "APPLICATION")
    assert "started" in instance
    assert instance["url"].startswith(f"{ada.url}/apps/run-")
    task = ada.dm_ok("get_task", task_id=made["task_id"])
    assert ([state["state"] for state in task["states"]], task["done"]) == (["PENDING", "STARTED"], False)
    assert [one["id"] for one in ada.dm_ok("get_application", app_id=ROOT)["instances"]] == [made["instance_id"]]
    assert made["instance_id"] in [one["id"] for one in ada.dm_ok("get_available_instances")["instances"]]
    removal = ada.dm_ok("delete_instance", instance_id=made["instance_id"])["task_id"]
    done = waited(lambda: ada.dm_ok("get_task", task_id=removal), lambda found: found["done"])
    assert done["exit_code"] == 0
    assert ada.dm_ok("get_task", task_id=made["task_id"])["exit_code"] == 0
    ada.refused("DmApi", "get_instance", 404, instance_id=made["instance_id"])
    (charge,) = [one["charge"] for one in _charges(ada)]
    assert charge["coins"] == "2"  # one PxGi for an hour begun


def test_what_a_launch_cannot_be_is_said(ada: Squonk, bob: Squonk, project: str) -> None:
    form = {"application_id": ECHO, "project_id": project, "as_name": "An app"}
    with door(ada) as asked, door(bob) as other:
        assert other.post("/instance", data=form).status_code == 404
        assert asked.post("/instance", data={**form, "application_id": "nothing.example.org"}).status_code == 404
        refused = asked.post("/instance", data={**form, "specification": '{"variables": {"colour": "red"}}'})
        assert (refused.status_code, "do not fit" in refused.json()["error"]) == (400, True)
        told_to = {**form, "callback_url": "http://127.0.0.1/told"}
        assert "callback_url is for jobs" in asked.post("/instance", data=told_to).json()["error"]
        kept = asked.post("/instance", data={**form, "debug": "1"})
        assert (kept.status_code, "archive the application" in kept.json()["error"]) == (400, True)
        assert asked.post("/instance/dry-run", data=form).status_code == 400


def test_a_browser_walks_in_with_a_ticket_that_counts_once(ada: Squonk, echo: str) -> None:
    sent = httpx.get(echo + "a%20b?c=1", headers={"Authorization": f"Bearer {ada.token}"})
    address = httpx.URL(sent.headers["location"])
    assert (address.host, address.port == httpx.URL(echo).port) == ("127.0.0.1", False)
    with httpx.Client(timeout=60, follow_redirects=True) as browser:
        found = told(browser, address)
        assert found["target"] == f"{httpx.URL(echo).path}a%20b?c=1"
        assert found["prefix"] == httpx.URL(echo).path
        assert httpx.get(address).status_code == 401, "a ticket counts once"
        page = httpx.get(address.copy_with(query=None), headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, echo + "a%20b"), "the station knows who it is"
    signed_out = httpx.get(echo, headers={"Accept": "text/html"})
    assert signed_out.headers["location"].startswith("/session/login?to=%2Fapps%2F")
    assert httpx.get(echo).status_code == 401
    assert httpx.get(str(address.copy_with(path="/", query=None))).status_code == 404


def test_nothing_of_the_stations_reaches_it_and_it_reaches_no_other_path(ada: Squonk, echo: str) -> None:
    with inside(ada, echo) as (browser, answer):
        prefix, home = httpx.URL(echo).path, answer.url
        browser.cookies.set("fst", "secret", domain="127.0.0.1", path="/")
        more = {"Authorization": f"Bearer {ada.token}", "X-Forwarded-For": "10.0.0.1", "X-Fieldstation": "1"}
        seen = told(browser, home, headers={**more, "Connection": "x-hop", "X-Hop": "1"})["headers"]
        assert (seen["host"], seen["x-forwarded-host"]) == (home.netloc.decode(), home.netloc.decode())
        assert (seen["x-forwarded-proto"], seen["x-forwarded-for"]) == ("http", "127.0.0.1")
        assert seen["x-forwarded-prefix"] == prefix.rstrip("/")
        assert seen["cookie"] == "mine=1", "its own alone"
        assert not {"authorization", "x-fieldstation", "x-hop"} & seen.keys()
        kept = answer.headers.get_list("set-cookie")
        assert kept == [f"mine=1; Path={prefix}"]
        assert "service-worker-allowed" not in answer.headers
        other = browser.post(home, headers={"Origin": "http://evil.example.org"})
        assert other.status_code == 403, "pages of others cannot have a browser change anything"


def test_bytes_stream_both_ways(ada: Squonk, echo: str) -> None:
    with inside(ada, echo) as (browser, answer):
        body = bytes(range(256)) * 20_000
        digest = hashlib.sha256(body).hexdigest()
        assert told(browser, answer.url, method="PUT", content=body)["digest"] == digest
        pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
        assert told(browser, answer.url, method="POST", content=pieces)["digest"] == digest
        with browser.stream("GET", answer.url.join("stream")) as stream:
            assert next(stream.iter_raw()).startswith(b"data: x")


def talking(browser: httpx.Client, address: httpx.URL, **more: Any) -> ClientConnection:
    cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
    target = address.copy_with(scheme="ws", path=address.path + "socket", query=None)
    made: ClientConnection = connect(str(target), additional_headers={"Cookie": cookie}, proxy=None, **more)
    return made


def test_a_web_socket_is_passed_while_the_right_lasts(
    ada: Squonk, echo: str, new_somebody: NewSomebody, project: str
) -> None:
    """Who runs in the project may; who only sees it may not; who loses the right is cut off."""
    eve, observer = new_somebody("eve"), new_somebody("observer")
    ada.dm_ok("add_project_observer", project_id=project, observer=observer.username)
    for one, status in ((eve, 404), (observer, 403)):
        assert httpx.get(echo, headers={"Authorization": f"Bearer {one.token}"}).status_code == status
    ada.dm_ok("add_project_editor", project_id=project, editor=eve.username)
    with (
        inside(eve, echo) as (browser, answer),
        pytest.raises(InvalidStatus),
        talking(browser, answer.url, origin="http://evil.example.org"),
    ):
        pass
    with httpx.Client() as stranger, pytest.raises(InvalidStatus), talking(stranger, answer.url):
        pass
    with (
        inside(eve, echo) as (browser, answer),
        talking(browser, answer.url) as talk,
        browser.stream("GET", answer.url.join("stream")) as stream,
    ):
        for said in ("grüße", b"\0\xff", "x" * 1000):
            talk.send(said)
            assert talk.recv(timeout=60) == said
        ada.dm_ok("remove_project_editor", project_id=project, editor=eve.username)
        with pytest.raises(ConnectionClosed) as cut:
            talk.recv(timeout=60)
        assert cut.value.rcvd is not None
        assert cut.value.rcvd.code == 1008
        with pytest.raises(httpx.RemoteProtocolError):
            for _ in stream.iter_raw():
                pass
        assert browser.get(answer.url).status_code == 401


def test_one_that_never_answers_is_ended_and_one_that_dies_has_failed(ada: Squonk, project: str) -> None:
    silent, dying = launched(ada, project, SILENT), launched(ada, project, ROOT)
    address = running(ada, dying["instance_id"])["url"]
    with inside(ada, address, "die") as (_, answer):
        assert answer.status_code == 502
    for made, why in ((silent, "did not answer within 1 seconds"), (dying, "")):
        found = waited(lambda made=made: ada.dm_ok("get_instance", instance_id=made["instance_id"]), _is_over)  # type: ignore[misc]
        assert (found["phase"], why in found["error_message"], "url" in found) == ("FAILED", True, False)
        task = ada.dm_ok("get_task", task_id=made["task_id"])
        assert (task["done"], task["exit_code"] != 0) == (True, True)
    over = httpx.get(address, headers={"Authorization": f"Bearer {ada.token}"})
    assert (over.status_code, over.json()["reason"]) == (409, "over")


def test_it_is_stopped_with_a_warning_when_the_coins_run_out(ada: Squonk, project: str) -> None:
    """1600 coins a second and PxGi, half of one: the fourth second is more than the limit of 2000."""
    refused = {"application_id": GREEDY, "project_id": project, "as_name": "An app"}
    specification = json.dumps({"variables": {"memory": "4Gi"}})
    with door(ada) as asked:
        answer = asked.post("/instance", data={**refused, "specification": specification})
        assert (answer.status_code, "coins" in answer.json()["error"]) == (403, True), "the first second is too dear"
    made = launched(ada, project, GREEDY)
    found = waited(lambda: ada.dm_ok("get_instance", instance_id=made["instance_id"]), _is_over)
    assert (found["phase"], "coins" in found["error_message"]) == ("FAILED", True)
    task = ada.dm_ok("get_task", task_id=made["task_id"])
    assert [event["level"] for event in task["events"]] == ["WARNING", "ERROR"]
    (charge,) = _charges(ada)
    assert 800 <= float(charge["charge"]["coins"]) <= 8000
    assert "closed" in charge
    assert charge["charge"]["additional_data"]["application_id"] == GREEDY


def test_in_a_terminal_and_again_after_the_station_was_started_anew(
    place: Place, ada: Squonk, project: str, tmp_path: Path
) -> None:
    """The built-in one: reads, changes nothing, hides what is hidden; it runs while the station does not."""
    known = {"FIELDSTATION_URL": ada.url, "FIELDSTATION_TOKEN": ada.token}
    terminal = Person(username=ada.username, home=tmp_path, environment=known)
    listed = terminal.json("app", "applications")["items"]
    assert FILES in [one["id"] for one in listed]
    note = tmp_path / "note.txt"
    note.write_text("hello")
    terminal.ok("file", "put", "--project", project, note, "--to", "notes")
    made = terminal.json("app", "launch", FILES, "--project", project, "--wait")
    assert (made["phase"], terminal.json("app", "list")["items"][0]["id"]) == ("running", made["id"])
    with inside(ada, made["url"]) as (browser, page):
        assert 'href="./notes/"' in page.text
        assert browser.get(page.url.join("notes/note.txt")).text == "hello"
        assert browser.get(page.url.join("%2e%2e/etc/passwd")).status_code == 404
        assert browser.put(page.url.join("notes/note.txt"), content=b"x").status_code == 501
        place.restart()
        assert waited(lambda: browser.get(page.url).status_code, lambda status: status == 200)
    assert terminal.json("app", "show", made["id"])["phase"] == "running"
    terminal.ok("app", "stop", made["id"])
    found = waited(lambda: terminal.json("app", "show", made["id"]), lambda one: one["phase"] != "running")
    assert (found["phase"], "error" in found) == ("completed", False)
    terminal.ok("app", "remove", made["id"])
    assert terminal.fst("app", "show", made["id"]).code == 3


def _is_over(found: Any) -> bool:
    return found["phase"] in ("COMPLETED", "FAILED")


def _charges(somebody: Squonk) -> Any:
    unit = somebody.accounts_ok("get_personal_unit")["id"]
    (product,) = somebody.accounts_ok("get_products_for_unit", unit_id=unit)["products"]
    return waited(
        lambda: somebody.accounts_ok("get_product_charges", product_id=product["product"]["id"])["processing_charges"],
        lambda found: found and all("closed" in one for one in found),
    )
