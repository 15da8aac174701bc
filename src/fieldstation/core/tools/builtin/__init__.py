"""The tools that come with every station, as package data.

A file of a built-in tool may be written `NAME: {from: programs/PROGRAM}`; it is put into the definition's text when
that is read, so that what is published stands on its own.
"""

import re
import textwrap
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

JOB_COLLECTION = "im-test"  # of the jobs that come with every station
_FROM = re.compile(r"^( +)(\S+): \{from: (\S+)\}$", re.MULTILINE)


def builtin_texts() -> Iterator[str]:
    """Return the YAML text of each built-in tool, by file name."""
    folder = files(__name__)
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            yield _inline(entry.read_text("utf-8"), folder)


def builtin_job_texts() -> Iterator[str]:
    """Return the YAML text of each job definition file that comes with the station."""
    for entry in sorted(files(__name__).joinpath("jobs").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            yield entry.read_text("utf-8")


def _inline(text: str, folder: Traversable) -> str:
    def block(found: re.Match[str]) -> str:
        indent, name, source = found.groups()
        program = folder.joinpath(source).read_text("utf-8")
        return f"{indent}{name}: |\n{textwrap.indent(program, indent + '  ').rstrip()}"

    return _FROM.sub(block, text)
