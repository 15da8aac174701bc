"""nginx, as Debian packages it, serving one folder with sendfile: the bound of downloads."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

CONFIGURATION: Final = """
worker_processes auto;
daemon off;
pid {work}/nginx.pid;
error_log {work}/error.log;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {work}/body;
    proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""
_START_SECONDS = 10.0


class NoNginx(Exception):
    """There is no nginx here and none can be had; the text says why."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder until the block ends, and yield its address; NoNginx when that cannot be."""
    with tempfile.TemporaryDirectory(prefix="fst-nginx-") as made:
        work, port = Path(made), _free_port()
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""  # else it could not read the folder
        (work / "nginx.conf").write_text(CONFIGURATION.format(work=work, user=user, port=port, folder=folder))
        process = subprocess.Popen(
            [_program(work), "-p", work, "-c", work / "nginx.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            _await(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _program(work: Path) -> str:
    """Return the path of nginx: the installed one, or Debian's package unpacked here, which starts no service."""
    if found := shutil.which("nginx") or shutil.which("/usr/sbin/nginx"):
        return found
    if not shutil.which("apt-get"):
        raise NoNginx("nginx is not installed, and apt-get is not here to fetch it")
    package = work / "package"
    package.mkdir()
    fetched = subprocess.run(
        ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", "nginx"],
        cwd=package, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found_files = list(package.glob("nginx_*.deb"))
    if fetched.returncode or not found_files:
        raise NoNginx(f"apt-get download nginx: {' '.join(fetched.stderr.split()) or 'no package came'}")
    subprocess.run(["dpkg-deb", "-x", found_files[0], package], check=True)
    return str(package / "usr/sbin/nginx")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            assert process.stderr is not None
            raise NoNginx(f"it does not start: {process.stderr.read().decode(errors='replace').strip()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NoNginx(f"it did not answer within {_START_SECONDS:.0f} s")
