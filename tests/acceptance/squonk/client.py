"""The unmodified client of Squonk2, in an environment and a process of its own."""

import fcntl
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RELEASE = "7.0.0"
_ROOT = Path(__file__).parents[3]
METADATA_RELEASE = "3.0.0"
_CLIENTS = _ROOT / "build" / "clients"
_UV = _ROOT / "build" / "uv" / "bin" / "uv"
CALLED: dict[str, set[str]] = {"DmApi": set(), "AsApi": set(), "Auth": set()}


def environment() -> Path:
    """Return the Python of an environment that has the client, made on first use."""
    return _environment_with(f"squonk2-{RELEASE}", f"im-squonk2-client=={RELEASE}")


def metadata_environment() -> Path:
    """Return the Python of an environment that has the package of the format of metadata, made on first use."""
    return _environment_with(f"metadata-{METADATA_RELEASE}", f"im-data-manager-metadata=={METADATA_RELEASE}")


def _environment_with(name: str, requirement: str) -> Path:
    place = _CLIENTS / name
    _CLIENTS.mkdir(parents=True, exist_ok=True)
    python, ready = place / "bin" / "python", place / "ready"
    with (_CLIENTS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _do("venv", "--quiet", "--clear", "--python", sys.executable, str(place))
            _do("pip", "install", "--quiet", "--python", str(python), requirement)
            ready.touch()
    return python


def _do(*arguments: str) -> None:
    subprocess.run([str(_UV), *arguments], check=True, capture_output=True, timeout=100)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a call of the client returned."""

    success: bool
    msg: Any
    status: int | None


@dataclass(kw_only=True)
class Squonk:
    """One person with the client in their hands: `client.dm("get_project", project_id=...)`."""

    url: str
    token: str
    username: str
    _process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    def dm(self, name: str, /, **arguments: Any) -> Answer:
        """Call a function of `DmApi`."""
        return self._answer("DmApi", name, arguments)

    def accounts(self, name: str, /, **arguments: Any) -> Answer:
        """Call a function of `AsApi`."""
        return self._answer("AsApi", name, arguments)

    def ok(self, api: str, name: str, /, **arguments: Any) -> Any:
        """Call a function that must succeed; return its message."""
        answer = self._answer(api, name, arguments)
        assert answer.success, f"{api}.{name}: {answer}"
        return answer.msg

    def dm_ok(self, name: str, /, **arguments: Any) -> Any:
        """Call a function of `DmApi` that must succeed."""
        return self.ok("DmApi", name, **arguments)

    def accounts_ok(self, name: str, /, **arguments: Any) -> Any:
        """Call a function of `AsApi` that must succeed."""
        return self.ok("AsApi", name, **arguments)

    def refused(self, api: str, name: str, status: int, /, **arguments: Any) -> None:
        """Call a function that the station must refuse with `status`."""
        answer = self._answer(api, name, arguments)
        assert (answer.success, answer.status) == (False, status), f"{api}.{name}: {answer}"

    def value(self, api: str, name: str, /, **arguments: Any) -> Any:
        """Call a function that returns a plain value."""
        return self._ask(api, name, arguments)["value"]

    def functions(self) -> dict[str, list[str]]:
        """Return the names of all public functions of the installed client."""
        names: dict[str, list[str]] = self._send({"name": "functions"})
        return names

    def close(self) -> None:
        """End the client's process."""
        if self._process is not None:
            with self._process as process:
                assert process.stdin is not None
                process.stdin.close()

    def _answer(self, api: str, name: str, arguments: dict[str, Any]) -> Answer:
        answer = self._ask(api, name, arguments)
        return Answer(success=answer["success"], msg=answer["msg"], status=answer["status"])

    def _ask(self, api: str, name: str, arguments: dict[str, Any]) -> Any:
        CALLED[api].add(name)
        answer = self._send({"api": api, "name": name, "token": self.token, "arguments": arguments})
        assert "raised" not in answer, f"{api}.{name} raised {answer['raised']}"
        return answer

    def _send(self, request: dict[str, Any]) -> Any:
        if self._process is None:
            command = [str(environment()), str(Path(__file__).with_name("host.py"))]
            urls = [f"{self.url}/data-manager-api", f"{self.url}/account-server-api"]
            self._process = subprocess.Popen(
                [*command, *urls], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
