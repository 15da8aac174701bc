"""What every command promises: exit codes, one JSON document, errors that end with the next step, silence elsewhere."""

import json
import re

import pytest

from fieldstation.testing.station import RunningStation
from tests.acceptance.conftest import NewPerson
from tests.acceptance.person import Person

READS = (
    "whoami",
    "token list",
    "dataset list",
    "dataset show rain",
    "dataset version rain",
    "dataset version rain@1",
    "dataset lineage rain",
    "dataset facets",
    "dataset ls rain",
    "dataset uses rain",
    "dataset tools rain",
    "dataset cite rain",
    "dataset metadata rain",
    "search rain",
    "project list",
    "project show {username}",
    "tool list",
    "tool show sleep",
    "tool show nop",
    "tool past nop@1.0.0",
    "tool rate list --undefined",
    "tool rate show nop@1.0.0",
    "run list",
    "run list --reason exit_nonzero --by {username} --since 7d --until 2100-01-01",
    "run count",
    "run count --state failed --tool fail",
    "run quote hello -p name=you --memory 64Mi",
    "why station:use",
    "why dataset:read rain",
)

FAILURES = (
    (1, "dataset add rain again"),
    (1, "dataset add other not-there"),
    (1, "dataset add Not-A-Name again"),
    (1, "run submit sleep -p seconds=long"),
    (1, "run submit sleep -p sconds=1"),
    (1, "run submit table-summary"),
    (1, "run submit table-summary -i table=not-there"),
    (1, "run quote sleep -p seconds=long"),
    (1, "run list --reason no-such-reason"),
    (2, "run list --since nonsense"),
    (2, "run quote hello --memory much"),
    (2, "dataset"),
    (2, "dataset show"),
    (2, "run submit hello -i x"),
    (2, "run submit hello -p x"),
    (2, "dataset list --limit -1"),
    (2, "tool rate show nop"),
    (2, "tool resolve again"),
    (1, "run submit nop"),
    (3, "tool past nop@7"),
    (4, "tool manifest list"),
    (4, "tool manifest add file:/nowhere"),
    (4, "tool rate set nop@1.0.0 1"),
    (2, "nonsense"),
    (3, "dataset show not-there"),
    (3, "dataset get rain@7"),
    (3, "dataset get rain:no/such/file"),
    (3, "dataset version rain@7"),
    (3, "dataset ls rain:no/such/folder"),
    (3, "dataset cite rain@7"),
    (2, "dataset metadata rain again"),
    (2, "dataset edit rain"),
    (1, "dataset edit rain --name Not-A-Name"),
    (3, "dataset edit not-there --title x"),
    (2, "search"),
    (3, "tool show not-there"),
    (3, "run submit not-there"),
    (3, "run show run-0"),
    (3, "run logs run-0"),
    (3, "run usage run-0"),
    (3, "run cancel run-0"),
    (3, "run explain run-0"),
    (3, "project show not-there"),
    (3, "token revoke token-0"),
    (4, "user list"),
    (4, "user add somebody"),
)


@pytest.fixture
def eve(ada: Person) -> Person:
    """Somebody with one data set."""
    (ada.home / "again").write_text("1")
    ada.ok("dataset", "add", "rain", "again")
    return ada


def test_every_read_prints_one_document_and_also_something_for_people(eve: Person) -> None:
    reads = [read.format(username=eve.username).split() for read in READS]
    for read, told in zip(reads, eve.each([[*read, "--json"] for read in reads]), strict=True):
        assert (told.code, told.err) == (0, ""), read
        assert isinstance(json.loads(told.out), dict), read
    for read, shown in zip(reads, eve.each(reads), strict=True):
        assert (shown.code, shown.err) == (0, ""), read
        assert shown.out.strip(), read
        assert "\x1b" not in shown.out, f"{read} prints colours to a pipe"


def test_every_failure_has_its_exit_code_and_ends_with_the_next_step(eve: Person) -> None:
    commands = [failing.split() for _, failing in FAILURES]
    shown = eve.each(commands)
    told = eve.each([[*command, "--json"] for command in commands])
    for (code, failing), done, machine in zip(FAILURES, shown, told, strict=True):
        assert (done.code, machine.code) == (code, code), f"{failing}: {done}"
        if code == 2:
            assert "--help" in done.out + done.err, f"{failing}: {done}"
            continue
        assert (done.out, machine.out) == ("", ""), failing
        assert re.match(r"error: \S", done.err), f"{failing}: {done.err}"
        assert len(done.next_step) > 5, failing
        document = json.loads(machine.err)
        assert document["next_step"] == done.next_step, failing
        assert document["fault"] in ("yours", "ours", "passing"), failing


def test_a_run_that_fails_fails_the_command_that_waits_for_it(eve: Person) -> None:
    done = eve.fst("run", "submit", "fail", "-p", "exit_code=7", "-p", "message=no luck", "--wait", "--json")
    assert done.code == 1
    run = json.loads(done.out)
    assert (run["state"], run["exit_code"], run["reason"]["reason"]) == ("failed", 7, "exit_nonzero")
    assert json.loads(done.err)["next_step"] == f"fieldstation run logs {run['id']}"
    logs = eve.fst("run", "logs", run["id"])
    assert (logs.code, logs.out) == (0, "")
    assert "no luck" in logs.err
    shown = eve.ok("run", "show", run["id"])
    assert "exit code 7" in shown
    assert "exit code 7" in eve.ok("run", "explain", run["id"])


def test_nobody_at_home_is_told_with_how_to_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    nobody = Person(
        username="nobody",
        home=tmp_path_factory.mktemp("nobody"),
        environment={"FIELDSTATION_URL": "http://127.0.0.1:1"},
    )
    done = nobody.fst("whoami")
    assert done.code == 1
    assert "fieldstation up" in done.next_step


def test_without_a_sign_in_the_next_step_is_login(
    station: RunningStation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Person(
        username="stranger", home=tmp_path_factory.mktemp("stranger"), environment={"FIELDSTATION_URL": station.url}
    )
    done = stranger.fst("dataset", "list")
    assert (done.code, done.out) == (4, "")
    assert "fieldstation login" in done.next_step
    forged = Person(
        username="forged", home=stranger.home, environment=stranger.environment | {"FIELDSTATION_TOKEN": "fst_x"}
    )
    assert forged.fst("whoami").code == 4


def test_a_wrong_password_and_no_password_at_all(
    station: RunningStation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    person = Person(username="x", home=tmp_path_factory.mktemp("x"))
    wrong = person.fst("login", station.url, "-u", "nobody-here", "--password-stdin", typed="wrong")
    assert wrong.code == 4
    assert "fieldstation login" in wrong.next_step
    silent = person.fst("login", station.url)
    assert silent.code == 1
    assert "--password-stdin" in silent.next_step
    assert not (person.home / ".config").exists()


def test_tokens_are_narrow_and_end_when_revoked(eve: Person, station: RunningStation) -> None:
    made = eve.json("token", "create", "reader", "--scope", "dataset:read", "--days", "1")
    bare = {"FIELDSTATION_URL": station.url, "FIELDSTATION_TOKEN": made["token"]}
    script = Person(username=eve.username, home=eve.home, environment=bare)
    assert script.json("whoami")["scopes"] == ["dataset:read"]
    assert [one["name"] for one in script.json("dataset", "list")["items"]] == ["rain"]
    narrow = script.fst("dataset", "add", "more", "again")
    assert narrow.code == 4
    assert "dataset" in narrow.err + narrow.next_step or "station" in narrow.err
    eve.ok("token", "revoke", made["id"])
    assert script.fst("whoami").code == 4
    assert made["token"] not in json.dumps(eve.json("token", "list"))


def test_who_is_suspended_is_out_at_once_and_can_come_back(eve: Person, admin: Person) -> None:
    admin.ok("user", "suspend", eve.username)
    done = eve.fst("dataset", "list")
    assert done.code == 4
    assert "suspended" in done.err
    admin.ok("user", "suspend", eve.username, "--undo")
    assert eve.json("dataset", "list")["items"]


def test_others_see_nothing_and_cannot_tell_hidden_from_absent(eve: Person, new_person: NewPerson) -> None:
    mallory = new_person("mallory")
    run = eve.json("run", "submit", "hello", "--wait")
    for listed in ("dataset list", "run list", "token list"):
        names = json.dumps(mallory.json(*listed.split()))
        assert "rain" not in names, listed
        assert run["id"] not in names, listed
    dataset = eve.json("dataset", "show", "rain")["id"]
    pairs = (
        (f"dataset show {dataset}", "dataset show dataset-0"),
        (f"dataset get {dataset}@1", "dataset get dataset-0@1"),
        (f"dataset version {dataset}@1", "dataset version dataset-0@1"),
        (f"run show {run['id']}", "run show run-0"),
        (f"run logs {run['id']}", "run logs run-0"),
        (f"run usage {run['id']}", "run usage run-0"),
        (f"run cancel {run['id']}", "run cancel run-0"),
        (f"run crate {run['id']}", "run crate run-0"),
        (f"project show {run['project']}", "project show project-0"),
    )
    hidden = mallory.each([one.split() for one, _ in pairs])
    absent = mallory.each([other.split() for _, other in pairs])
    for (command, _), one, other in zip(pairs, hidden, absent, strict=True):
        assert (one.code, one.out, one.err) == (other.code, other.out, other.err), command
        assert one.code == 3, command


def test_what_is_public_is_read_by_all_and_changed_by_none(eve: Person, new_person: NewPerson) -> None:
    reader = new_person("reader")
    (eve.home / "open").write_text("for all")
    eve.ok("dataset", "add", "atlas", "open", "--public")
    dataset = eve.json("dataset", "show", "atlas")["id"]
    reader.ok("dataset", "get", dataset, "-o", "atlas")
    assert (reader.home / "atlas" / "open").read_text() == "for all"
    (reader.home / "mine").write_text("x")
    assert reader.fst("dataset", "add", "--to", dataset, "mine").code == 4
    told = reader.fst("why", "dataset:edit", dataset)
    assert (told.code, told.out.splitlines()[0].split()[:3]) == (0, [reader.username, "may", "not"])
