"""Making, starting, adopting and stopping the server of one data directory."""

import hashlib
import os
import signal
import stat
import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from fieldstation.db.embedded.account import Account, server_account
from fieldstation.db.embedded.binaries import Binaries, closed_to_others, installed_binaries, readable_copy
from fieldstation.db.embedded.configuration import ADMIN_ROLE, PORT, STATION_ROLE, hba_conf, ident_conf, server_conf
from fieldstation.db.embedded.postmaster import Postmaster, at_work_inside, read_postmaster
from fieldstation.kernel.errors import Broken, Unavailable
from fieldstation.kernel.logs import logger

log = logger(__name__)
_SOCKET_PATH_BYTES = 90  # the kernel's limit is 107 on Linux, 103 on macOS
_SOCKET_NAME = f"/.s.PGSQL.{PORT}"
_START_SECONDS = 600.0  # recovery after a crash may be long; a server that died is noticed at once
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.02
_LOG_BYTES = 16 << 20

_WRITE = 'umask 077; cat > "$1.new" && mv "$1.new" "$1"'
_SYNC = ("--sync-method=syncfs",) if sys.platform == "linux" else ()  # half the time of an fsync for each file
_MAKE = """umask 077; rm -rf "$2.new" && "$1" --pgdata="$2.new" --username="$3" --auth=peer --encoding=UTF8 \
  --locale-provider=builtin --locale=C.UTF-8 --data-checksums $4 >/dev/null &&
  printf "include 'fieldstation.conf'\\n# Your own settings go below this line.\\n" >> "$2.new/postgresql.conf" &&
  mv "$2.new" "$2" """
_SERVE = 'umask 077; cd "$3" && { "$1" -D "$3" </dev/null >>"$2" 2>&1 & echo $!; }'  # nobody's child: it may outlive us
_TURN_LOG = 'test ! -f "$1" || test "$(wc -c < "$1")" -le "$2" || mv "$1" "$1.1"'


class Began(StrEnum):
    """How a server came to run."""

    STARTED = "started"
    ADOPTED = "adopted"  # it ran on after its station had died


class EmbeddedPostgres:
    """The server whose files lie in `station/postgres`.

    `start` and `stop` are for the owner of the directory (see `Ownership`); everybody may ask for `url`.
    `changes` are server settings other than the station's own.
    """

    def __init__(self, station: Path, changes: Mapping[str, str] | None = None) -> None:
        self.station = station
        self.home = station / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self._changes = dict(changes or {})

    def start(self) -> Began:
        """Have the server run and answer, adopting one that runs already; the first start makes its files.

        Raises Broken when it cannot run here: no account for it, closed parent directories, files of another
        major version, or what the server itself says.
        """
        account = server_account()
        found = self._running()
        if found is not None:
            self._await_answer(found)
        else:
            binaries = self._prepare(account)
            self._make(account, binaries)
            self._forget_dead(account)
            self._configure(account)
            self._await_answer(self._launch(account, binaries))
        self._ensure_database()
        return Began.STARTED if found is None else Began.ADOPTED

    def running(self) -> bool:
        """Tell whether the server's main process lives; says nothing about whether it answers."""
        return self._running() is not None

    def url(self, database: str = STATION_ROLE, role: str = STATION_ROLE) -> str:
        """Return the address of one database as `role`; Unavailable when the server does not run."""
        server = self._running()
        if server is None or server.sockets is None:
            raise Unavailable(
                f"the database server of {self.station} does not run",
                next_step=f"start the station: fieldstation up --data {self.station}",
                reason="database_away",
            )
        return f"postgresql://{role}@/{database}?host={quote(str(server.sockets), safe='')}&port={PORT}"

    def stop(self) -> None:
        """End the server, its work committed or rolled back; returns when no process of it is left."""
        server = self._running()
        if server is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT):  # fast shutdown; immediate, recovering at the next start
            server.signal(number)
            if self._await_end(server):
                break
        if server.sockets is not None and server.sockets != self.home:
            _remove_empty(server.sockets)

    def _running(self) -> Postmaster | None:
        server = read_postmaster(self.data)
        return server if server is not None and server.alive() else None

    def _prepare(self, account: Account) -> Binaries:
        if account.switched:
            refuse_closed(self.station)
        binaries = installed_binaries()
        if account.switched:
            binaries = readable_copy(binaries, self.station / "postgres-server")
        if not self.home.exists():
            self.home.mkdir(mode=0o700)
            if account.switched:
                os.chown(self.home, account.uid, account.gid)
        elif self.home.stat().st_uid != account.uid:
            raise _other_owner(self.home, account)
        return binaries

    def _make(self, account: Account, binaries: Binaries) -> None:
        if not self.data.exists():
            done = account.run(
                ["/bin/sh", "-c", _MAKE, "sh", binaries.program("initdb"), str(self.data), ADMIN_ROLE, *_SYNC]
            )
            if done.returncode:
                raise Broken(
                    f"the database's files cannot be made in {self.data}: {done.stderr.strip()}",
                    next_step="mend what initdb names and start again, or set FIELDSTATION_DATABASE_URL",
                    reason="database_files",
                )
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != binaries.major:
            raise _other_version(self.home, made_by, binaries.major)

    def _configure(self, account: Account) -> None:
        users = sorted({account.name, "root"} if account.switched else {account.name})
        files = {
            "fieldstation.conf": server_conf(self._sockets(account), self._changes),
            "pg_hba.conf": hba_conf(),
            "pg_ident.conf": ident_conf(users),
        }
        for name, content in files.items():
            done = account.run(["/bin/sh", "-c", _WRITE, "sh", str(self.data / name)], feed=content)
            if done.returncode:
                raise Broken(
                    f"{self.data / name} cannot be written: {done.stderr.strip()}",
                    next_step=f"give {self.data} back to the user {account.name} and start again",
                    reason="database_files",
                )

    def _forget_dead(self, account: Account) -> None:
        """Remove the lock files of a server that died, once every process of it has gone.

        The server itself takes any process with the number in them for its predecessor: a stranger's after the
        machine started anew, or a dead one that init has not collected yet.
        """
        deadline = time.monotonic() + _STOP_SECONDS
        while pids := at_work_inside(self.data):
            if time.monotonic() > deadline:
                raise Broken(
                    f"processes of a server that died still work in {self.data}: {', '.join(map(str, pids))}",
                    next_step=f"look at them with `ps -fp {','.join(map(str, pids))}`, end them and start again",
                    reason="database_failed",
                )
            time.sleep(_POLL_SECONDS)
        socket = f"{self._sockets(account)}{_SOCKET_NAME}"
        account.run(["/bin/rm", "-f", str(self.data / "postmaster.pid"), socket, f"{socket}.lock"])

    def _sockets(self, account: Account) -> Path:
        if len(os.fsencode(str(self.home) + _SOCKET_NAME)) <= _SOCKET_PATH_BYTES:
            return self.home
        # The same folder at every start, so that a server that died and came again is found where it was.
        folder = Path("/tmp") / f"fst-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"  # noqa: S108  # owner checked
        try:
            folder.mkdir(mode=0o700)
            if account.switched:
                os.chown(folder, account.uid, account.gid)
        except FileExistsError:
            _refuse_foreign(folder, account)
        return folder

    def _launch(self, account: Account, binaries: Binaries) -> Postmaster:
        account.run(["/bin/sh", "-c", _TURN_LOG, "sh", str(self.log), str(_LOG_BYTES)])
        done = account.run(["/bin/sh", "-c", _SERVE, "sh", binaries.program("postgres"), str(self.log), str(self.data)])
        if done.returncode:
            raise self._failed(done.stderr.strip())
        return Postmaster(pid=int(done.stdout), data=self.data, sockets=None)

    def _await_answer(self, server: Postmaster) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._answers():
                return
            if not server.alive():
                raise self._failed(self._last_words())
            time.sleep(_POLL_SECONDS)
        raise Unavailable(
            f"the database server did not answer within {_START_SECONDS:.0f} seconds",
            next_step=f"look into {self.log}, then start again",
            reason="database_away",
        )

    def _answers(self) -> bool:
        if self._running() is None:
            return False
        try:
            psycopg.connect(self.url(ADMIN_ROLE, ADMIN_ROLE), connect_timeout=5).close()
        except (psycopg.OperationalError, Unavailable):
            return False
        return True

    def _last_words(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
        except OSError:
            return "it left no log"

    def _failed(self, said: str) -> Broken:
        return Broken(
            f"the database server ended while it started:\n{said}",
            next_step=f"mend what it names ({self.log} has more) and start again",
            reason="database_failed",
        )

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url(ADMIN_ROLE, ADMIN_ROLE), autocommit=True) as connection:
            role, database = connection.execute(
                "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(name)s),"
                " EXISTS (SELECT FROM pg_database WHERE datname = %(name)s)",
                {"name": STATION_ROLE},
            ).fetchone() or (False, False)
            name = sql.Identifier(STATION_ROLE)
            if not role:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
            if not database:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))

    def _await_end(self, server: Postmaster) -> bool:
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if not server.alive():
                return True
            time.sleep(_POLL_SECONDS)
        return False


def refuse_closed(station: Path) -> None:
    """Raise Broken, with the command to type, when other users cannot pass a directory on the way to `station`."""
    closed = closed_to_others(station)
    if closed is not None:
        raise Broken(
            f"the database server and the runs work as users of their own, and cannot pass {closed} to reach {station}",
            next_step=f"chmod o+x {closed}   (or choose another data directory with --data)",
            reason="closed_directory",
        )


def _other_owner(home: Path, account: Account) -> Broken:
    return Broken(
        f"the database's files in {home} belong to another user than {account.name}, whom the server runs as",
        next_step=f"run the station as the user it ran as before, or: chown -R {account.name} {home}",
        reason="database_files",
    )


def _refuse_foreign(folder: Path, account: Account) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise Broken(
            f"{folder}, where the database's socket has to be, is not a private folder of the user {account.name}",
            next_step=f"remove {folder}, or choose a data directory with a shorter path",
            reason="socket_directory",
        )


def _other_version(home: Path, made_by: str, ours: str) -> Broken:
    return Broken(
        f"the database's files in {home} are of PostgreSQL {made_by}; this release brings {ours}",
        next_step=f"with the release that made them: fieldstation backup FILE; then move {home} away and, "
        "with this release: fieldstation restore FILE",
        reason="database_version",
    )


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as error:
        log.warning("socket directory left behind", folder=str(folder), error=error.strerror)
