"""Reading the steps of a documentation page, and walking them the way a reader does.

    ```console                         commands behind `$ `, and what they print (nothing: not compared)
    ```{code-block} yaml               with `:caption: NAME`: the reader saves it under that name

In what is printed, `…` stands for any text, and a line of only `…` for any lines; runs of spaces are one. A console
block of the class `elsewhere` is for another terminal, or a machine we do not have: it is not walked. One of the class
`fails` holds commands that fail.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_MARK = "\x1e"
_FENCE = re.compile(r"^```(?:\{code-block\} )?(?P<language>[a-z]+)$")
_OPTION = re.compile(r"^:(?P<name>[a-z]+): (?P<value>.*)$")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block of a page."""

    language: str
    line: int
    options: Mapping[str, str]
    text: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of a page, with the lines it should print."""

    line: int
    text: str
    expected: Sequence[str] = ()
    fails: bool = False


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What a command did."""

    printed: str
    exit_code: int


@dataclass(kw_only=True)
class _Open:
    language: str
    line: int
    options: dict[str, str] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    current: _Open | None = None
    for number, line in enumerate(page.read_text().splitlines(), start=1):
        if current is None:
            if found := _FENCE.match(line):
                current = _Open(language=found["language"], line=number)
        elif line == "```":
            yield Block(language=current.language, line=current.line, options=current.options, text=current.text)
            current = None
        elif not current.text and (option := _OPTION.match(line)):
            current.options[option["name"]] = option["value"]
        elif current.text or line:
            current.text.append(line)


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block."""
    fails = block.options.get("class") == "fails"
    text, expected = "", list[str]()
    for line in (*block.text, "$ "):
        if line.startswith("$ "):
            if text:
                yield Command(line=block.line, text=text, expected=tuple(expected), fails=fails)
            text, expected = line[2:], []
        elif line.startswith("> ") and not expected:
            text += "\n" + line[2:]
        else:
            expected.append(line)


def steps(page: Path) -> Iterator[Command]:
    """Yield what a reader of the page types; a file to save is a command too."""
    for block in blocks(page):
        if block.language == "console" and block.options.get("class") != "elsewhere":
            yield from commands(block)
        elif "caption" in block.options:
            text = "\n".join(block.text)
            yield Command(
                line=block.line, text=f"cat > '{block.options['caption']}' <<'END-OF-FILE'\n{text}\nEND-OF-FILE"
            )


def walk(wanted: Sequence[Command], folder: Path, environment: Mapping[str, str], seconds: float) -> Sequence[Walked]:
    """Type the commands into one shell in `folder`; it ends with the last command, or after `seconds`."""
    script = "".join(f"{step.text}\nprintf '{_MARK}%d{_MARK}' $?\n" for step in wanted)
    done = subprocess.run(
        ["/bin/bash", "-c", f"exec 2>&1\n{script}"],
        cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip
    pieces = done.stdout.split(_MARK)
    return [
        Walked(printed=printed.strip("\n"), exit_code=int(code))
        for printed, code in zip(pieces[::2], pieces[1::2], strict=False)
    ]


def complaint(step: Command, walked: Walked) -> str | None:
    """Say in which way a command did not do what the page says, if so."""
    if step.fails != (walked.exit_code != 0):
        return f"line {step.line}: `{step.text}` ended with {walked.exit_code}:\n{walked.printed}"
    if step.expected and not _pattern(step.expected).fullmatch(walked.printed + "\n"):
        expected = "\n".join(step.expected)
        return f"line {step.line}: `{step.text}` printed\n{walked.printed}\n--- where the page says\n{expected}"
    return None


def _pattern(expected: Sequence[str]) -> re.Pattern[str]:
    return re.compile("".join(r"(?:[^\n]*\n)*" if line == "…" else _line(line) + r"\n" for line in expected))


def _line(line: str) -> str:
    parts = (re.split(" +", part) for part in line.rstrip().split("…"))
    return r"[^\n]*?".join(" +".join(map(re.escape, words)) for words in parts) + " *"
