"""RabbitMQ as Debian has it, as a throwaway server for tests that can be killed and come back."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import pika
import pika.exceptions

_PLACES = (Path("/usr/lib/rabbitmq/bin/rabbitmq-server"), Path("/usr/sbin/rabbitmq-server"))
_PACKAGE = "rabbitmq-server"
_START_SECONDS = 90.0
PASSWORD = "open-sesame-7"


def installed_rabbit() -> Path | None:
    """Return the server's program, fetched from Debian where we are root; None where it cannot be had."""
    if not any(place.exists() for place in _PLACES) and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-o", "DPkg::Lock::Timeout=100"]
        install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *wait, _PACKAGE]
        if subprocess.run(install, capture_output=True, check=False, env=environment).returncode:
            subprocess.run(["apt-get", "update", "-qq", *wait], capture_output=True, check=False)
            subprocess.run(install, capture_output=True, check=False, env=environment)
    return next((place for place in _PLACES if place.exists()), None)


class Rabbit:
    """A server in `folder` on ports of its own of this machine's loopback."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._port, self._distribution, self._names = _free_ports(3)
        self._names_server: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, password and all."""
        return f"amqp://station:{PASSWORD}@127.0.0.1:{self._port}/%2F"

    def __enter__(self) -> "Rabbit":
        configuration = "loopback_users = none\ndefault_user = station\n"
        (self._folder / "rabbitmq.conf").write_text(f"{configuration}default_pass = {PASSWORD}\n")
        (self._folder / "plugins").write_text("[].\n")
        epmd = shutil.which("epmd")
        assert epmd is not None
        words = [epmd, "-port", str(self._names), "-address", "127.0.0.1"]
        self._names_server = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if self._names_server is not None:
            self._names_server.kill()
            self._names_server.wait()

    def start(self) -> None:
        """Start it on what it had, and wait until it answers."""
        folder = self._folder
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"tests{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._names),
        }
        with (folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [str(self._program)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except (pika.exceptions.AMQPError, OSError):
                said = (folder / "server.log").read_text(errors="replace")[-3000:]
                assert self._server.poll() is None and time.monotonic() < deadline, said
                time.sleep(0.1)

    def kill(self) -> None:
        """End it as a loss of power would."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def connect(self) -> Any:
        """Open a connection as another program would."""
        return pika.BlockingConnection(pika.URLParameters(self.url))


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()
