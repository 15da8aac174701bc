"""What `tool resolve` tells, as it is compared: the folder of an instance is INSTANCE."""

import re
import shlex
from typing import Any

_INSTANCE = re.compile(r"\.instance-[0-9a-f-]{36}")


def as_told(entry: dict[str, Any]) -> str:
    """Return the command of an entry as a shell would print it, or `error: ` and why there is none."""
    return f"error: {entry['error']}" if "error" in entry else without_instance(shlex.join(entry["argv"]))


def without_instance(command: str) -> str:
    """Return a command as it would be for any instance."""
    return _INSTANCE.sub("INSTANCE", command)
