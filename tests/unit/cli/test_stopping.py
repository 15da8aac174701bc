"""One wish to stop, and what waits for it."""

import os
import signal

from fieldstation.cli.station.stopping import Stopping


def test_actions_run_once_whether_they_come_before_or_after_the_wish() -> None:
    stopping, told = Stopping(), []
    stopping.on_wish(lambda: told.append("early"))
    assert not stopping.wished
    stopping.wish()
    stopping.wish()
    stopping.on_wish(lambda: told.append("late"))
    assert told == ["early", "late"]
    assert stopping.wait(0)


def test_a_signal_is_a_wish() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    stopping = Stopping()
    stopping.listen()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopping.wait(30)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
