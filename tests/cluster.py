"""One throwaway database server for a whole test session, shared by all its processes.

The session's first process keeps a pipe open; the server's keeper waits for that pipe's end, which also comes when
pytest is killed, and then ends the server and removes its files. So no session leaves anything behind.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from fieldstation.db import Database
from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.db.migrate import upgrade
from tests.oldest import VARIABLE as VARIABLE_OF_OLDEST
from tests.oldest import OldestPostgres

VARIABLE = "FIELDSTATION_TEST_CLUSTER"
SCHEMA_VARIABLE = "FIELDSTATION_TEST_SCHEMA"  # last schema step to make, while a later one is being written
_TEMPLATE = "migrated"
_CHANGES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
_ROOM_BYTES = 2 << 30
_KEEPER = """
cat pipe >/dev/null
pid=$(head -n 1 postgres/data/postmaster.pid 2>/dev/null) && kill -QUIT "$pid" &&
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
cd / && rm -rf "$1"
"""


def open_session() -> tuple[Path, int]:
    """Make the session's folder and return it with the pipe that keeps its server alive."""
    folder = Path(tempfile.mkdtemp(prefix="fst-test-", dir=fast_place()))
    folder.chmod(0o711)
    os.mkfifo(folder / "pipe", 0o600)
    os.environ[VARIABLE] = str(folder)
    return folder, os.open(folder / "pipe", os.O_RDWR | os.O_CLOEXEC)


def fast_place() -> str:
    """Return where files are made fastest: a copy of the template takes 12 ms in memory, 350 ms on a disk."""
    memory = "/dev/shm"
    roomy = Path(memory).is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM_BYTES
    return memory if roomy else "/tmp"


def close_session(folder: Path, pipe: int) -> None:
    """Let the server go, if there was one."""
    os.close(pipe)
    if not (folder / "postgres").exists():
        shutil.rmtree(folder)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The running server, with a migrated database to copy."""

    server: "EmbeddedPostgres | OldestPostgres"

    @contextmanager
    def database(self, template: str = _TEMPLATE) -> Iterator[Database]:
        """Yield a database of its own, a copy of `template`, dropped afterwards."""
        name = f"t_{uuid.uuid4().hex}"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER fieldstation").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        database = Database(self.server.url(name))
        try:
            yield database
        finally:
            database.close()
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def make_template(self) -> None:
        """Make the migrated database that each test gets a copy of."""
        with self.database("template0") as made:
            try:
                upgrade(made, to=os.environ.get(SCHEMA_VARIABLE))
            except Exception as error:
                error.add_note(f"{SCHEMA_VARIABLE}=0003 in the environment makes the steps up to 0003 only")
                raise
            made.close()
            template = sql.Identifier(_TEMPLATE)
            self._execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER fieldstation").format(
                    template, sql.Identifier(made.url.rpartition("/")[2].partition("?")[0])
                )
            )

    def has_template(self) -> bool:
        """Tell whether another process of this session made the template already."""
        with psycopg.connect(self.server.url("postgres", "postgres")) as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone()
        return found is not None

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(statement)


def shared_cluster() -> Cluster:
    """Return the session's server, starting it in the first process that asks."""
    folder = Path(os.environ[VARIABLE])
    oldest = VARIABLE_OF_OLDEST in os.environ
    cluster = Cluster(server=OldestPostgres(folder) if oldest else EmbeddedPostgres(folder, _CHANGES))
    with (folder / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cluster.server.running():
            keeper = ["/bin/sh", "-c", f"{{ {_KEEPER} }} </dev/null >/dev/null 2>&1 &", "sh", str(folder)]
            subprocess.run(keeper, cwd=folder, start_new_session=True, check=True)
            cluster.server.start()
        if not cluster.has_template():
            cluster.make_template()
    return cluster
