"""The reader of pages sees what a person sees."""

import os
from pathlib import Path

import pytest

from tests.acceptance.pages import Command, Walked, complaint, steps, walk

PAGE = """
# Title

```{code-block} yaml
:caption: tool.yaml

name: a
```

```console
$ cat tool.yaml
name: a
$ X=1; echo "first" &&
> echo "second-$RANDOM"
first
second-…
```

```{code-block} console
:class: elsewhere

$ exit 9
```

```{code-block} console
:class: fails

$ echo $X; ls nowhere
1
…
```
"""


def test_a_page_is_walked_like_a_reader_does(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    found = list(steps(tmp_path / "page.md"))
    walked = walk(found, tmp_path, {"PATH": os.environ["PATH"]}, 20)
    assert [complaint(step, done) for step, done in zip(found, walked, strict=True)] == [None] * 4


@pytest.mark.parametrize(
    ("expected", "printed", "agrees"),
    [
        (("a", "b"), "a\nb", True),
        (("a", "b"), "a\nc", False),
        (("a  b",), "a b", True),
        (("run-…  done",), "run-017  done", True),
        (("a", "…", "c"), "a\nx\ny\nc", True),
        (("a", "…"), "a\nx\ny", True),
        (("a", "…", "c"), "a\nc", True),
        (("a", "…", "c"), "a\nx", False),
    ],
)
def test_dots_stand_for_any_text(expected: tuple[str, ...], printed: str, agrees: bool) -> None:
    step = Command(line=1, text="x", expected=expected)
    assert (complaint(step, Walked(printed=printed, exit_code=0)) is None) is agrees


def test_a_command_that_fails_unannounced_is_told() -> None:
    assert complaint(Command(line=7, text="x"), Walked(printed="", exit_code=3)) is not None
    assert complaint(Command(line=7, text="x", fails=True), Walked(printed="", exit_code=0)) is not None
