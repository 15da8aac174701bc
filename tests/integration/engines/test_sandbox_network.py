"""A program in the sandbox tries to talk to anybody at all."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.engines.sandbox import Sandboxed, needs_bubblewrap, outside

pytestmark = needs_bubblewrap

_CONNECT = "print(attempt(lambda: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5).close()))"
_ABSTRACT = "print(attempt(lambda: socket.socket(socket.AF_UNIX).connect('\\0' + sys.argv[1])))"
_UNIX = "print(attempt(lambda: socket.socket(socket.AF_UNIX).connect(sys.argv[1])))"


@contextmanager
def _listening(family: int, address: object) -> Iterator[socket.socket]:
    with socket.socket(family) as server:
        server.bind(address)  # type: ignore[arg-type]
        server.listen()
        yield server


class TestNetwork(Sandboxed):
    def test_loopback_of_the_machine(self) -> None:
        with _listening(socket.AF_INET, ("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            assert outside(_CONNECT, port) == "done"
            assert self.attack(_CONNECT, port) == "ECONNREFUSED"

    def test_abstract_sockets_of_the_machine(self) -> None:
        name = f"fieldstation-test-{os.urandom(8).hex()}"
        with _listening(socket.AF_UNIX, "\0" + name):
            assert outside(_ABSTRACT, name) == "done"
            assert self.attack(_ABSTRACT, name) == "ECONNREFUSED"

    def test_sockets_in_the_machines_folders(self) -> None:
        path = str(self.folder / "socket")
        with _listening(socket.AF_UNIX, path):
            Path(path).chmod(0o777)
            assert outside(_UNIX, path) == "done"
            assert self.attack(_UNIX, path) == "ENOENT"

    def test_addresses_outside(self) -> None:
        for address in ("192.0.2.1", "169.254.169.254", "10.0.0.1"):
            program = f"print(attempt(lambda: socket.create_connection(({address!r}, 80), 5)))"
            assert self.attack(program) == "ENETUNREACH", address

    def test_only_loopback_exists(self) -> None:
        assert self.attack("print(*(name for _, name in socket.if_nameindex()))") == "lo"

    def test_its_own_loopback_works(self) -> None:
        program = """
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
print("done")
"""
        assert self.attack(program) == "done"

    def test_socket_families_that_no_namespace_bounds(self) -> None:
        for name, family in (
            ("AF_PACKET", 17),
            ("AF_ALG", 38),
            ("AF_VSOCK", 40),
            ("AF_BLUETOOTH", 31),
            ("AF_TIPC", 30),
        ):
            assert self.attack(f"print(attempt(socket.socket, {family}, 2))") == "EAFNOSUPPORT", name
        assert self.attack("print(attempt(socket.socket, socket.AF_INET, 1))") == "done"

    def test_raw_sockets(self) -> None:
        assert self.attack("print(attempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1))") == "EPERM"
