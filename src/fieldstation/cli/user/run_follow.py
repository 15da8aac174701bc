"""A run live at the terminal: its states and its logs, until it is over."""

import sys
import threading
from collections.abc import Sequence
from typing import TextIO

from fieldstation.cli.output import note
from fieldstation.client import ClientError, Station
from fieldstation.client.things import Run


def copy_log(station: Station, run_id: str, stream: str, target: TextIO, *, follow: bool = False) -> None:
    """Print a log byte by byte as the program wrote it."""
    for piece in station.runs.log(run_id, stream, follow=follow):
        target.flush()
        target.buffer.write(piece)
        target.buffer.flush()


def follow_logs(station: Station, run_id: str, streams: Sequence[str], *, aside: bool = False) -> None:
    """Print logs live to the streams of the same name (all to stderr when `aside`), until the run is over."""
    failed: list[ClientError] = []

    def copy(stream: str) -> None:
        try:
            copy_log(station, run_id, stream, sys.stderr if aside else getattr(sys, stream), follow=True)
        except ClientError as error:
            failed.append(error)

    copying = [threading.Thread(target=copy, args=(stream,), daemon=True) for stream in streams]
    for one in copying:
        one.start()
    for one in copying:
        one.join()
    if failed:
        raise failed[0]


def wait_for(station: Station, run_id: str) -> Run:
    """Return a run once it is over, telling each state at a terminal."""
    if sys.stderr.isatty():
        for event in station.runs.follow(run_id):
            note(
                " ".join(
                    part for part in (event.at.strftime("%H:%M:%S"), event.state or event.kind, event.text) if part
                )
            )
    return station.runs.wait(run_id)
