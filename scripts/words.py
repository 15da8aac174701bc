"""Find words that have no place in this repository: it speaks of itself alone and has no folders of words."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SELF = Path(__file__).relative_to(ROOT)
LOCKS = ("uv.lock", "package-lock.json")
BINARY = {".png", ".ico", ".woff2", ".gz", ".zip", ".tif", ".tiff", ".pdf"}

WORDS = {
    r"\bissue[ -]?#?\d+": "a number of a tracker means nothing to a reader: write the reason",
    r"(?<![\w.])/work/": "a path of one machine",
    r"\b(pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|registry-1\.docker\.io)\b": "a registry's host",
    r"(?i)\b(claude|anthropic|chatgpt|copilot|language model)\b": "the house speaks of itself alone",
    r"(?i)\b(previous|earlier|working) session\b": "a session of work has no place here",
    r"(?i)\b(TODO|FIXME|XXX|HACK)\b": "do it, or write in the docs why not",
}
ONLY_IN_TESTS = {r"\.\./shared\b|(?<![\w.])/work/shared\b": "samples outside the repository are for tests only"}
FOLDERS = re.compile(r"(^|/)(utils?|helpers?|common|managers?|misc)(\.py|/)")
PRIVATE_PATHS = r"(?<![\w.])/work/"


def tracked() -> Iterator[Path]:
    """Yield every file that is or would be in the repository, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in sorted(set(listed.stdout.splitlines())):
        if (ROOT / name).is_file() and Path(name).suffix not in BINARY and Path(name).name not in LOCKS:
            yield Path(name)


def findings(path: Path, text: str) -> Iterator[str]:
    """Name every forbidden word in one file."""
    rules = WORDS | ONLY_IN_TESTS
    if path.parts[0] == "tests":
        rules = {pattern: why for pattern, why in WORDS.items() if pattern != PRIVATE_PATHS}
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, why in rules.items():
            if match := re.search(pattern, line):
                yield f"{path}:{number}: `{match.group()}`: {why}"


def main() -> int:
    """Print every finding; 1 when there is one."""
    found = []
    for path in tracked():
        if FOLDERS.search(path.as_posix()):
            found.append(f"{path}: a name that says nothing: name it for what it does")
        if path != SELF:
            found += findings(path, (ROOT / path).read_text(errors="replace"))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
