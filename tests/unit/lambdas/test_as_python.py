"""Expressions give what Python itself gives for them."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.gateways.lambdas.evaluate import evaluate
from fieldstation.gateways.lambdas.grammar import Refused, read

VALUE: dict[str, Any] = {"u": ["s3://a/b", "http://c"], "m": {"k": 1, "z": None}, "s": "a,b c", "n": 3, "e": []}
LEAVES = st.sampled_from(
    [
        "x",
        "x['u']",
        "x['m']",
        "x['s']",
        "x['n']",
        "x['e']",
        "x.get('q', 7)",
        "1",
        "2.5",
        "'a'",
        "''",
        "None",
        "True",
        "[]",
    ]
)
PATTERNS = [
    *(
        "({0} + {1})",
        "({0} * 2)",
        "({0} - {1})",
        "({0} % {1})",
        "('%s-%s' % ({0}, {1}))",
        "({0} == {1})",
        "({0} < {1})",
    ),
    *("({0} in {1})", "(not {0})", "({0} and {1})", "({0} or {1})", "({0} if {1} else 'o')", "{0}[0]", "{0}[-1]"),
    *("{0}[1:]", "{0}[::-1]", "[{0}, {1}]", "({0}, *{1})", "{{'a': {0}}}", "{{**{0}}}", "len({0})", "str({0})"),
    *("sorted({0}, key=str)", "[(i, {1}) for i in {0} if i]", "{{str(i): {1} for i in {0}}}", "list(map(str, {0}))"),
    *("list(filter(lambda y: y != {1}, {0}))", "(lambda y, z={1}: [y, z])({0})", "any(i == {1} for i in {0})"),
    *("{0}.split(',')", "{0}.upper()", "','.join(map(str, {0}))", "list({0}.items())", "int({0})", "float({0})"),
    *("next(iter_ for iter_ in {0})", "max({0}, {1})", "f'{{{0}}}|{{{1}!r}}'", "'{{}}.{{}}'.format({0}, {1})"),
    *("isinstance({0}, (str, list))", "functools.reduce(lambda a, b: [a, b], {0}, {1})", "dict(zip({0}, {1}))"),
    *(
        "(1 < {0} <= 5)",
        "{0}.replace('a', 'bb')",
        "bool({0})",
        "tuple({0})",
        "list(enumerate({0}))",
        "-{0}",
        "{0} // 2",
    ),
]
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(lambda form, one, two: form.format(one, two), st.sampled_from(PATTERNS), inner, inner),
    max_leaves=5,
)


def by_python(text: str) -> str | None:
    """Return what Python gives, as JSON; None where it raises, or gives what JSON cannot carry."""
    import functools  # noqa: PLC0415

    try:
        return json.dumps(eval(text, {"functools": functools})(VALUE), allow_nan=False)
    except Exception:  # noqa: BLE001
        return None


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_gives_what_python_gives(expression: str) -> None:
    text = f"lambda x: {expression}"
    expected = by_python(text)
    try:
        given_here: str | None = json.dumps(evaluate(read(text), VALUE))
    except Refused:
        given_here = None
    assert given_here == expected
