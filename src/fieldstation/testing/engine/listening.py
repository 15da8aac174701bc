"""What listens: it is reached at its own door, and nothing else of the machine is."""

import socket

import pytest

from fieldstation.ports.engine import EngineBusy, Handle
from fieldstation.testing.engine.bench import EngineBench, refused

_SERVE = """
import os, socket, sys
door = socket.socket(socket.AF_UNIX)
door.bind('/door/socket')
door.listen()
print('up', flush=True)
while True:
    inner, _ = door.accept()
    inner.sendall(b'hello')
    inner.close()
"""
_LEAD_ASTRAY = (
    "import os, time; os.symlink(os.environ['ELSEWHERE'], '/door/socket'); print('up', flush=True); time.sleep(60)"
)


class Listening(EngineBench):
    """Attempts with a door."""

    def test_what_listens_is_reached_at_its_door(self) -> None:
        if not self.engine.traits.ports:
            assert refused(self.engine, self.spec("true", door=True))
            return
        spec = self.python(_SERVE, door=True)
        with pytest.raises(EngineBusy), self.engine.door(spec.attempt_id):
            pass
        handle = self.engine.submit(spec)
        self.wait_for(handle, "up")
        for _ in range(2):
            assert self._said_at(handle) == b"hello"
        self.engine.cancel(handle.attempt_id, grace_seconds=0)
        self.wait(handle)

    def test_a_door_never_leads_to_another_socket_of_the_machine(self) -> None:
        if not self.engine.traits.ports:
            return
        with socket.socket(socket.AF_UNIX) as other:
            place = self.folder / "other"
            other.bind(str(place))
            other.listen()
            handle = self.engine.submit(self.python(_LEAD_ASTRAY, door=True, environment={"ELSEWHERE": str(place)}))
            self.wait_for(handle, "up")
            with pytest.raises(EngineBusy), self.engine.door(handle.attempt_id):
                pass
        self.engine.cancel(handle.attempt_id, grace_seconds=0)
        self.wait(handle)

    def _said_at(self, handle: Handle) -> bytes:
        with self.engine.door(handle.attempt_id) as path, socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(path)
            return client.recv(100)
