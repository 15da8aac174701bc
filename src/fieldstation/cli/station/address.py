"""Where a station listens."""

import socket

from fieldstation.kernel.errors import Broken
from fieldstation.settings import Settings

_MOST_TRIED = 100


def with_ports(settings: Settings) -> Settings:
    """Return the settings with the ports that a station will listen on."""
    port = free_port(settings.host, settings.port)
    return settings.model_copy(update={"port": port, "apps_port": apps_port(settings.host, port, settings.apps_port)})


def free_port(host: str, port: int) -> int:
    """Return `port`, or any free one for 0; Broken when somebody listens there.

    The server itself shares its port with others of the same user, so two stations would take turns unnoticed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Broken(
                f"the address {host}:{port} cannot be listened on: {error.strerror}",
                next_step="choose another with --host and --port (0 takes any free one)",
                reason="address",
            ) from None
        return int(probe.getsockname()[1])


def apps_port(host: str, port: int, wanted: int) -> int:
    """Return the port of applications: the one that is wanted, or for 0 the next free one behind the station's."""
    if wanted:
        return free_port(host, wanted)
    for candidate in range(port + 1, min(port + 1 + _MOST_TRIED, 1 << 16)):
        try:
            return free_port(host, candidate)
        except Broken:
            continue
    return free_port(host, 0)


def address_of(host: str, port: int) -> str:
    """Return the URL at which this machine reaches a server that listens on `host`."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # read, not bound
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
