"""Wait, and count the seconds on stdout."""

import argparse
import signal
import sys
import time
from typing import NoReturn

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--every", type=float, required=True)
arguments = parser.parse_args()


def stop(number: int, _frame: object) -> NoReturn:
    """Say when the end was asked for, and end as a shell reports it."""
    print(f"stopped by {signal.Signals(number).name} after {time.monotonic() - begin:.1f} s", flush=True)
    sys.exit(128 + number)


begin = time.monotonic()
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
while (slept := time.monotonic() - begin) < arguments.seconds:
    print(f"{slept:.1f} of {arguments.seconds:g} s", flush=True)
    time.sleep(max(0, min(arguments.every, arguments.seconds - slept)))
print(f"slept {arguments.seconds:g} s", flush=True)
