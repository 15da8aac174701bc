"""Write the SHA-256 of every file below the paths given, as `sha256sum` writes it, sorted by path.

Paths are relative to the folder that all inputs share, so that the list can be checked wherever the files lie.
Exit codes: 0 done, 2 there is nothing to read, 3 a file cannot be read.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


def main() -> None:
    """Read the command line and do the work."""
    parser = argparse.ArgumentParser(description="Write the SHA-256 of every file below the paths given.")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("paths", nargs="+", type=Path)
    arguments = parser.parse_args()
    named = dict(named_files(arguments.paths))
    if not named:
        sys.exit(complain(2, "the inputs hold no file"))
    try:
        write(arguments.output, named)
    except OSError as error:
        sys.exit(complain(3, f"{error.filename}: {error.strerror}"))


def named_files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Return every file with its name in the list."""
    root = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in paths]))
    for path in paths:
        found = (entry for entry in path.rglob("*") if entry.is_file()) if path.is_dir() else (path,)
        for file in found:
            yield file.relative_to(root).as_posix(), file


def write(output: Path, named: Mapping[str, Path]) -> None:
    """Write the whole list."""
    total = 0
    with output.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        for name in sorted(named, key=os.fsencode):
            with named[name].open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            total += named[name].stat().st_size
            lines.write(line(digest, name))
    print(f"{len(named)} files, {total} bytes", flush=True)


def line(digest: str, name: str) -> str:
    """Write one line; names with a backslash or a line break are escaped, as GNU coreutils does."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{chr(92) if escaped != name else ''}{digest}  {escaped}\n"


def complain(code: int, text: str) -> int:
    """Say what is wrong on stderr and return the exit code."""
    print(f"checksum: {text}", file=sys.stderr, flush=True)
    return code


main()
