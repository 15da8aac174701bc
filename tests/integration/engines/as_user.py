"""Runs the tests of a contract under a plain user: `python -m tests.integration.engines.as_user UID`.

Everything is imported before the user changes, as the interpreter may lie in a folder that only root can read.
Prints one JSON object: the name of each test, and the traceback where it failed.
"""

import ctypes
import inspect
import json
import os
import sys
import traceback
from unittest import SkipTest

from fieldstation.engines.sandbox import SandboxEngine
from fieldstation.ports.engine import LimitKind
from fieldstation.testing.engine.canceling import Canceling
from fieldstation.testing.engine.limits import KeepingLimits
from fieldstation.testing.engine.logs import Logging
from fieldstation.testing.engine.running import Running

_PR_SET_DUMPABLE = 4  # prctl(2): a process that changed its user may not look into its own /proc otherwise


class PlainUser(Running, Logging, Canceling, KeepingLimits):
    """The sandbox as a plain user has it: one uid for all, no control groups, limits sampled."""

    entry_point = f"{SandboxEngine.__module__}:{SandboxEngine.__name__}"

    def test_limits_are_sampled_and_the_uid_is_shared(self) -> None:
        traits = self.engine.traits
        assert (traits.limits, traits.own_uid) == (LimitKind.SAMPLED, False)


def main(uid: int) -> None:
    """Run every test and print what failed."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    os.chdir("/")
    tests = [name for name, _ in inspect.getmembers(PlainUser, inspect.isfunction) if name.startswith("test_")]
    print(json.dumps({name: _failure(name) for name in tests}))


def _failure(name: str) -> str | None:
    bench = PlainUser()
    bench.setup_method()
    try:
        getattr(bench, name)()
    except SkipTest:
        return None
    except Exception:  # noqa: BLE001 a test may fail in any way
        return traceback.format_exc()
    finally:
        bench.teardown_method()
    return None


if __name__ == "__main__":
    main(int(sys.argv[1]))
