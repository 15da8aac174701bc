"""The process that evaluates lambdas: what gets past counting is given up, and the next is answered."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from fieldstation.gateways.lambdas import BoundedLambdas
from fieldstation.ports.lambdas import Call


@pytest.fixture
def helper() -> Iterator[BoundedLambdas]:
    """A helper that gives up soon."""
    with closing(BoundedLambdas(seconds=1)) as made:
        yield made


def test_a_batch_is_answered_in_order(helper: BoundedLambdas) -> None:
    one, two, three = helper.evaluate(
        [Call(text="lambda x: [x, 1.0]", value="é"), Call(text="lambda x: x()", value=1), Call(text="la", value=1)]
    )
    assert (one.value, one.fault) == (["é", 1.0], None)
    assert two.fault == "it calls a value of the kind int"
    assert three.fault is not None
    assert helper.evaluate([]) == []
    sound, unsound = helper.examine(["lambda x: x['a']", "lambda x: open(x)"])
    assert (sound, unsound) == (None, "open is not known in a lambda")


@pytest.mark.parametrize(
    "text",
    [
        "lambda x: str(functools.reduce(lambda a, _: [a, a], range(60), 1))",
        "lambda x: (lambda f: f() == f())(lambda: functools.reduce(lambda a, _: (a, a), range(60), 1))",
        "lambda x: ''.join(['a' * 10**6] * 10**5)",
        "lambda x: [['a' * 10**6 + str(i)] for i in range(99999)]",
    ],
)
def test_what_takes_too_much_is_given_up_and_the_next_is_answered(helper: BoundedLambdas, text: str) -> None:
    (given_up,) = helper.evaluate([Call(text=text, value=None)])
    assert given_up.fault is not None
    assert "too much memory" in given_up.fault
    assert helper.evaluate([Call(text="lambda x: x + 1", value=1)])[0].value == 2


def test_of_several_the_one_that_takes_too_much_is_named(helper: BoundedLambdas) -> None:
    endless = "lambda x: str(functools.reduce(lambda a, _: [a, a], range(60), 1))"
    calls = [Call(text=text, value=1) for text in ("lambda x: x + 1", endless, "lambda x: x + 2")]
    one, two, three = helper.evaluate(calls)
    assert (one.value, one.fault) == (2, None)
    assert two.fault == "it takes more than 1 seconds, or too much memory"
    assert three.fault == "it was not evaluated, as one before it was given up"
