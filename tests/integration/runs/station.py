"""A whole station in this process: doors over a real server, loops in threads, runs in the real sandbox."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from fieldstation.db import Database
from fieldstation.settings import load_settings
from fieldstation.wiring.station import ALL_ROLES, build_station
from fieldstation.wiring.station import Station as Process
from tests.integration.datasets.serving import Serving

PASSWORD = "correct horse battery"
PATIENCE = 100.0  # seconds; far more than anything takes, also on a busy machine
HOLD = "while [ ! -e go ]; do sleep 0.05; done; rm -f go\n"  # for a script: wait until `Station.let_go`
_TOKEN = "/auth/realms/fieldstation/protocol/openid-connect/token"

Document = dict[str, Any]


class Station:
    """One process of a station on a data directory and a database that outlive it."""

    def __init__(self, data: Path, database: Database, serving: Serving, *, later: str = "0", **settings: Any) -> None:
        """Open a station for which it is `later` (such as `1 minute`) than it is."""
        self.data = data
        self._serving = serving
        chosen = {"data": data, "admin_password": PASSWORD, "reserve_bytes": 0, "slots": 4, **settings}
        self.process: Process = build_station(load_settings(**chosen), database.dsn, ALL_ROLES, public_url=serving.url)
        self.process.database.session["fieldstation.time_shift"] = later
        self.process.prepare()
        self.answer()
        self._working = False
        self.client = httpx.Client(base_url=serving.url, timeout=PATIENCE)
        form = {"grant_type": "password", "client_id": "fieldstation", "username": "admin", "password": PASSWORD}
        answer = self.client.post(_TOKEN, data=form)
        assert answer.status_code == 200, answer.text
        signed_in = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        made = self.client.post("/api/v1/tokens", json={"name": "tests"}, headers=signed_in)
        assert made.status_code == 201, made.text
        self.headers = {"Authorization": f"Bearer {made.json()['token']}"}  # a sign-in counts for minutes only
        self.client.headers.update(self.headers)

    def answer(self) -> None:
        """Take over the doors."""
        self._serving.app = self.process.app

    def work(self) -> "Station":
        """Start the loops."""
        self.process.workers.start()
        self._working = True
        return self

    def rest(self) -> None:
        """Stop the loops, giving back what they hold."""
        if self._working:
            self.process.workers.stop()
            self._working = False

    def drop(self) -> None:
        """Stop the loops as a crash would: nothing is given back, nobody is told."""
        for loop in self.process.workers.crew._loops:
            loop.stop()
        for loop in self.process.workers.crew._loops:
            loop.join(PATIENCE)
        self.process.workers.listener.stop()
        self._working = False

    def close(self) -> None:
        """Leave; runs live on."""
        self.rest()
        self.client.close()
        self.process.close()

    # what people do

    def get(self, path: str, **parameters: Any) -> Any:
        """Read something that must be there."""
        answer = self.client.get(f"/api/v1{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tool(self, name: str, script: str, **more: Any) -> str:
        """Publish a tool that runs a shell script on the machine's own system; returns its name."""
        limits = {"soft_seconds": 300, "hard_seconds": 600}
        document = {
            "kind": "Tool", "name": name, "version": "1.0.0", "image": "host:",
            "command": ["/bin/sh", "{{ tool }}/run.sh"], "files": {"run.sh": script},
            "outputs": {"all": {"glob": "**", "required": False}}, "limits": limits, "deterministic": False, **more,
        }  # fmt: skip
        answer = self.client.post(
            "/api/v1/tools", content=json.dumps(document), headers={"Content-Type": "application/yaml"}
        )
        assert answer.status_code == 201, answer.text
        return name

    def upload(self, name: str, files: Mapping[str, bytes]) -> None:
        """Make a data set with one version."""
        assert self.client.post("/api/v1/datasets", json={"name": name}).status_code == 201
        parts = [("files", (path, data)) for path, data in files.items()]
        answer = self.client.post(f"/api/v1/datasets/{name}/versions", files=parts)
        assert answer.status_code == 201, answer.text

    def submit(self, tool: str, **fields: Any) -> str:
        """Submit a run and return its id."""
        answer = self.client.post("/api/v1/runs", json={"tool": tool, **fields})
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    def cancel(self, run_id: str) -> Document:
        """Ask for the end of a run."""
        answer = self.client.post(f"/api/v1/runs/{run_id}/cancel")
        assert answer.status_code == 200, answer.text
        found: Document = answer.json()
        return found

    def show(self, run_id: str) -> Document:
        """Return a run as it is now."""
        found: Document = self.get(f"/runs/{run_id}")
        return found

    def final(self, run_id: str) -> Document:
        """Wait for the end of a run and return it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            run: Document = self.get(f"/runs/{run_id}", wait_seconds=10)
            if run["state"] in ("succeeded", "failed", "canceled"):
                return run
            assert time.monotonic() < deadline, run

    def run(self, tool: str, **fields: Any) -> Document:
        """Run a tool to its end."""
        return self.final(self.submit(tool, **fields))

    def until(self, run_id: str, state: str) -> Document:
        """Wait until a run is in a state."""
        found: Document = self.wait(lambda: run if (run := self.show(run_id))["state"] == state else None)
        return found

    def wait(self, look: Callable[[], Any]) -> Any:
        """Wait until `look` gives something and return it."""
        deadline = time.monotonic() + PATIENCE
        while not (found := look()):
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.02)
        return found

    def log(self, run_id: str, stream: str = "stdout", offset: int = 0, **parameters: Any) -> bytes:
        """Read a log from an offset to its present end, hole left out."""
        data = b""
        while True:
            answer = self.read_log(run_id, stream, offset=offset, **parameters)
            if not answer.content:
                return data
            data += answer.content
            offset = int(answer.headers["Log-Next"])

    def read_log(self, run_id: str, stream: str = "stdout", **parameters: Any) -> httpx.Response:
        """Read one piece of a log."""
        answer = self.client.get(f"/api/v1/runs/{run_id}/logs/{stream}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer

    def outputs(self, run: Document) -> dict[str, bytes]:
        """Return the files of the version that a run made."""
        made = run["output"]
        base = f"/datasets/{made['dataset']}/versions/{made['number']}/files"
        listed = self.get(base, limit=1000)["items"]
        files = {}
        for file in listed:
            answer = self.client.get(f"/api/v1{base}/{file['path']}")
            assert answer.status_code == 200, answer.text
            files[file["path"]] = answer.content
        return files

    def events(self, run_id: str) -> Sequence[str]:
        """Return what happened to a run."""
        return [event["kind"].removeprefix("run.") for event in self.get(f"/runs/{run_id}/events")["items"]]

    def attempts(self, run_id: str) -> list[Document]:
        """Return the attempts of a run."""
        found: list[Document] = self.get(f"/runs/{run_id}/attempts")["items"]
        return found

    def let_go(self) -> None:
        """Let the runs go on that `HOLD`."""
        for folder in (self.data / "attempts").glob("attempt-*"):
            with suppress(FileNotFoundError):  # it was released meanwhile
                (folder / "outputs" / "go").touch()

    def left_at_engine(self) -> list[str]:
        """Return the attempts of which the engine has a trace."""
        return [folder.name for folder in (self.data / "attempts").glob("attempt-*")]


@contextmanager
def data_directory() -> Iterator[Path]:
    """Make a data directory that runs of other uids can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="fst-runs-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    while folder.exists():
        with suppress(FileNotFoundError):  # attempts that outlive a station clear away what they wrote
            shutil.rmtree(folder)
