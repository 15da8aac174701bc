"""Reading definitions from files, for the verbs that need no station."""

import sys
from pathlib import Path

from fieldstation.core.tools.model.document import MAX_BYTES
from fieldstation.kernel.errors import Problem


class Unreadable(Exception):
    """A file that gives no text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.problem = Problem(where="/", text=text)


def read_text(file: str) -> str:
    """Return the text of a file, or of standard input for `-`; no more than tells that it is too long."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 text (byte {error.start})") from None
