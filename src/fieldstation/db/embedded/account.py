"""Who the server runs as: whoever runs the station, or a system user of its own where that is root.

PostgreSQL refuses to run as root, and what it writes must not be ours to be tricked with: everything inside its
directory is therefore written by a process of the account itself.
"""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from fieldstation.kernel.errors import Broken

SYSTEM_USER = "fieldstation-pg"
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"}
_ADD_USER: Sequence[Sequence[str]] = (
    (
        "useradd",
        "--system",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
        SYSTEM_USER,
    ),
    ("adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", SYSTEM_USER),  # BusyBox
)
_TRIES = 10  # `useradd` refuses at once while another process changes the list of users


@dataclass(frozen=True, kw_only=True)
class Account:
    """One user of the machine; `switched` when it is not the one who runs the station."""

    name: str
    uid: int
    gid: int
    switched: bool

    def run(self, argv: Sequence[str], *, feed: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command as this account to its end, with `feed` as its input; output is kept as text.

        It has a session of its own, so that what it leaves running gets no signal from the station's terminal.
        """
        groups: Sequence[int] = ()
        return subprocess.run(
            argv,
            input=feed,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,
            user=self.uid if self.switched else None,
            group=self.gid if self.switched else None,
            extra_groups=groups if self.switched else None,
        )


def server_account() -> Account:
    """Return who the server runs as, adding the system user first where the station is root.

    Raises Broken when the user has no name or cannot be added.
    """
    uid = os.geteuid()
    if uid != 0:
        return _account(_name_of(uid), switched=False)
    if not _exists(SYSTEM_USER):
        _add_system_user()
    return _account(SYSTEM_USER, switched=True)


def _account(name: str, *, switched: bool) -> Account:
    entry = pwd.getpwnam(name)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, switched=switched)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise Broken(
            f"the user {uid} has no name on this machine, and PostgreSQL refuses to run as a user without one",
            next_step="run the station as a user that has one, or set FIELDSTATION_DATABASE_URL",
            reason="no_database_user",
        ) from None


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _add_system_user() -> None:
    said = "neither useradd nor adduser is installed"
    for argv in _ADD_USER:
        if shutil.which(argv[0], path=_ENVIRONMENT["PATH"]) is None:
            continue
        for _ in range(_TRIES):
            done = subprocess.run(argv, capture_output=True, text=True, check=False, env=_ENVIRONMENT)
            if _exists(SYSTEM_USER):
                return
            said = done.stderr.strip() or f"{argv[0]} answered {done.returncode}"
            time.sleep(0.2)
    raise Broken(
        f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} cannot be added: {said}",
        next_step=f"add the user {SYSTEM_USER}, run the station as a normal user, or set FIELDSTATION_DATABASE_URL",
        reason="no_database_user",
    )
