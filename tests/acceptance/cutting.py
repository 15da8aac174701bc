"""A wire that breaks: a TCP relay that cuts connections after so many bytes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE = 1 << 16


@dataclass
class Relay:
    """Where the relay listens; `cuts` holds, for each connection to come, after how many bytes it breaks."""

    url: str
    cuts: list[int]
    made: int = 0
    open: list[socket.socket] = field(default_factory=list)


@contextmanager
def relay(url: str, cuts: list[int]) -> Iterator[Relay]:
    """Relay connections to the station at `url`; the ones behind the last of `cuts` stay whole."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    listener = socket.create_server(("127.0.0.1", 0))
    running = Relay(url=f"http://127.0.0.1:{listener.getsockname()[1]}", cuts=cuts)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                station = socket.create_connection((host, port))
                running.made += 1
                left = [running.cuts.pop(0) if running.cuts else -1]
                running.open += [client, station]
                for source, target in ((client, station), (station, client)):
                    threading.Thread(target=_pump, args=(source, target, left), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield running
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for one in running.open:
            one.close()


def _pump(source: socket.socket, target: socket.socket, left: list[int]) -> None:
    whole = left[0]
    with suppress(OSError):
        while data := source.recv(_PIECE):
            target.sendall(data)
            left[0] -= len(data)
            if whole > 0 >= left[0]:
                break
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)  # wakes the other direction
        one.close()  # unread bytes make this a reset, so that who sends learns of it at once
