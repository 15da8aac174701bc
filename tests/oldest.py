"""The oldest PostgreSQL that the station works on, Debian's 15, as a throwaway server for tests."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import psycopg

from fieldstation.db.embedded.account import server_account
from fieldstation.db.embedded.postmaster import read_postmaster

VARIABLE = "FIELDSTATION_TEST_OLDEST"  # set: the whole session runs on this server
BINARIES = Path("/usr/lib/postgresql/15/bin")
_PACKAGE = "postgresql-15"
_CHANGES = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "listen_addresses=")


def install_oldest() -> bool:
    """Have the server's programs on this machine, from Debian where we are root; tells whether they are there."""
    if not (BINARIES / "postgres").exists() and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-o", "DPkg::Lock::Timeout=100"]
        install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *wait, _PACKAGE]
        if subprocess.run(install, capture_output=True, check=False, env=environment).returncode:
            subprocess.run(["apt-get", "update", "-qq", *wait], capture_output=True, check=False)
            subprocess.run(install, capture_output=True, check=False, env=environment)
    return (BINARIES / "postgres").exists()


class OldestPostgres:
    """A server of the oldest version in `folder`, which answers what the embedded one answers."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "postgres"
        self._data = self._home / "data"

    def running(self) -> bool:
        """Tell whether the server's main process lives."""
        found = read_postmaster(self._data)
        return found is not None and found.alive()

    def url(self, database: str, role: str = "fieldstation") -> str:
        """Return the address of one database as `role`."""
        return f"postgresql://{role}@/{database}?host={str(self._home).replace('/', '%2F')}&port=5432"

    def start(self) -> None:
        """Make and start the server, and wait until it answers."""
        account = server_account()
        self._home.mkdir(mode=0o700)
        if account.switched:
            os.chown(self._home, account.uid, account.gid)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = account.run([str(BINARIES / "initdb"), "-D", str(self._data), *options])
        assert made.returncode == 0, made.stderr
        words = [str(BINARIES / "postgres"), "-D", str(self._data), "-k", str(self._home)]
        words += [word for change in _CHANGES for word in ("-c", change)]
        script = 'cd "$1"; shift; "$@" </dev/null >>server.log 2>&1 &'
        account.run(["/bin/sh", "-c", script, "sh", str(self._data), *words])
        self._await_answer()
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE fieldstation LOGIN")

    def _await_answer(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres", "postgres")).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self._data / "server.log").read_text()
                time.sleep(0.05)
