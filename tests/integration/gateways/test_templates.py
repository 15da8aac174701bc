"""The process that expands templates: what it may not do, and that the next one starts where one was ended."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from fieldstation.gateways.templates import BoundedTemplates
from fieldstation.ports.templates import Template

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}x"


@pytest.fixture
def helper() -> Iterator[BoundedTemplates]:
    """A helper that gives up soon."""
    with closing(BoundedTemplates(seconds=1)) as made:
        yield made


def command(text: str, **values: object) -> Template:
    """Return a command to expand."""
    return Template(text=text, values=values, command=True)


def test_a_batch_is_answered_in_order(helper: BoundedTemplates) -> None:
    one, two, three = helper.expand([command("x {{ a }}", a=1), command("x {{ a }}"), command("x {{")])
    assert one.arguments == ("x", "1")
    assert (two.fault, two.malformed) == ("these variables have no value: a", False)
    assert three.malformed
    assert helper.expand([]) == []


@pytest.mark.parametrize(
    "text", [ENDLESS, "{{ 'x' * 9999999999 }}", "{{ 7 ** 99999999 }}", "{{ '%99999999999d' % 1 }}"]
)
def test_what_takes_too_much_is_given_up_and_the_next_is_answered(helper: BoundedTemplates, text: str) -> None:
    (given_up,) = helper.expand([command(text)])
    assert given_up.fault is not None
    assert helper.expand([command("y")])[0].arguments == ("y",)


def test_a_child_that_died_is_replaced(helper: BoundedTemplates) -> None:
    helper.expand([command("x")])
    assert helper._child._child is not None
    os.kill(helper._child._child.pid, 9)
    helper._child._child.wait()
    assert helper.expand([command("x")])[0].arguments == ("x",)


def test_many_may_ask_at_once(helper: BoundedTemplates) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: helper.expand([command("x {{ n }}", n=n)])[0].arguments, range(50)))
    assert answers == [("x", str(n)) for n in range(50)]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system does not show a process's environment")
def test_the_child_knows_no_secrets(helper: BoundedTemplates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDSTATION_TOKEN", "a secret")
    helper.expand([command("x")])
    assert helper._child._child is not None
    assert b"secret" not in Path(f"/proc/{helper._child._child.pid}/environ").read_bytes()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_the_child_of_root_is_nobody(helper: BoundedTemplates) -> None:
    assert helper.expand([command("x {{ a|join('-') }} {{ b.c|default('d') }}", a=["y", "z"], b={})])[0].arguments == (
        "x",
        "y-z",
        "d",
    )
    assert helper._child._child is not None
    status = Path(f"/proc/{helper._child._child.pid}/status").read_text()
    assert "Uid:\t65534\t65534\t65534\t65534" in status
    assert "Groups:\t \n" in status or "Groups:\t\n" in status
