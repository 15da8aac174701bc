"""What the server is told: durable, small, reachable over its socket only, by people whom the kernel vouches for."""

from collections.abc import Iterable, Mapping
from pathlib import Path

STATION_ROLE = "fieldstation"
ADMIN_ROLE = "postgres"
PORT = 5432  # only names the socket file; no port is opened

_SETTINGS: Mapping[str, str] = {
    # durable
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # private
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    # small: an idle station stays below 300 MB, all processes together
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "min_wal_size": "80MB",
    "max_wal_size": "1GB",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    "jit": "off",
    # the same everywhere
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %a ",
}


def server_conf(sockets: Path, changes: Mapping[str, str]) -> str:
    """Return `fieldstation.conf`, written anew at each start; lines after its `include` in postgresql.conf win."""
    settings = {**_SETTINGS, "unix_socket_directories": str(sockets), **changes}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    return "\n".join(["# Written by the station at each start. Change postgresql.conf, below its include.", *lines, ""])


def hba_conf() -> str:
    """Return pg_hba.conf: the kernel names the user at the other end of the socket; nobody is trusted, no password."""
    return "local all all peer map=station\n"


def ident_conf(users: Iterable[str]) -> str:
    """Return pg_ident.conf: these users of the machine may be the station and its database's administrator."""
    lines = [f'station "{user}" {role}' for user in users for role in (STATION_ROLE, ADMIN_ROLE)]
    return "\n".join([*lines, ""])
