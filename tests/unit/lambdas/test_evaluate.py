"""Lambdas: those that people wrote give what they gave them, and nothing else is in reach."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.gateways.lambdas.evaluate import evaluate
from fieldstation.gateways.lambdas.grammar import Refused, read

SAMPLES = Path("/work/shared/samples/hysds")
samples = pytest.mark.skipif(not SAMPLES.exists(), reason="this machine has no public samples")
URLS = ["http://a/b", "s3://a/b", "s3://c/d"]
HIT = {"_id": "one", "_source": {"urls": URLS}, "urls": URLS, "metadata": {"name": "n"}}
LOOP = "lambda f: (lambda y: f(lambda v: y(y)(v)))(lambda y: f(lambda v: y(y)(v)))"  # recursion by a combinator
ENDLESS = f"lambda x: ({LOOP})(lambda r: lambda n: r(n))(0)"
SQUARE = {"type": "polygon", "coordinates": [[[-122.0, 40.0], [-121.0, 40.5], [-121.5, 41.0]]]}


def given_by(text: str, value: Any = None) -> Any:
    """Return what a lambda gives."""
    return evaluate(read(text), value)


def refusal(text: str, value: Any = None) -> str:
    """Return why a lambda is refused."""
    with pytest.raises(Refused) as error:
        given_by(text, value)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("lambda ds: filter(lambda x: x.startswith('s3://'), ds['urls'])[0]", HIT, "s3://a/b"),
        ("lambda ds: list(filter(lambda x: x.startswith('s3://'), ds['urls']))[0]", HIT, "s3://a/b"),
        ("lambda ds: next(x for x in ds['urls'] if x[:2] == 's3')", HIT, "s3://a/b"),
        ("lambda ds: next(filter(None, map(lambda x: x[5:], ds['urls'])))", HIT, "//a/b"),
        ("lambda ds: __import__('os').path.basename(filter(lambda x: 's3' in x, ds['urls'])[0])", HIT, "b"),
        ("lambda ds: '%s/%s' % ((filter(lambda x: 0, ds['urls']) or ds['urls'])[0], 'n')", HIT, "http://a/b/n"),
        ("lambda m: get_best_url(m['_source']['urls'])", HIT, "s3://a/b"),
        ("lambda m: get_best_url(m['urls'], 'http')", HIT, "http://a/b"),
        ("lambda m: get_best_url([])", HIT, None),
        (
            "lambda m: get_partial_products(m['_id'], get_best_url(m['urls']), ['x', 'p/y'])",
            HIT,
            [{"url": "s3://a/b/x", "local_path": "one/x"}, {"url": "s3://a/b/p/y", "local_path": "one/p/y"}],
        ),
        ("lambda x: False if x == '' else region_to_bbox(x)", "", False),
        ("lambda x: False if x == '' else region_to_bbox(x)", SQUARE, [40.0, 41.0, -122.0, -121.0]),
        ("lambda v: [float(x.strip('[], \t')) for x in v.replace(',', ' ').split()]", "[1, 2.5]", [1.0, 2.5]),
        ("lambda i:int(i)", 5.0, 5),
        ("lambda x: functools.reduce(lambda a, b: a + b, x, 0)", [1, 2], 3),
        ("lambda x: reduce(max, x)", [1, 3, 2], 3),
        ("lambda x: {k: v for k, v in x.items() if v}", {"a": 1, "b": 0}, {"a": 1}),
        ("lambda x: x.keys()[0] if x.has_key('a') else unicode(x)", {"a": 1}, "a"),
        ("lambda x, *rest, y=2: f'{x:>3}{y!r}' + '{0[a]}{b:02d}'.format({'a': 'A'}, b=y)", 1, "  12A02"),
        ("lambda x: dict(map(lambda p: p.split('='), x.split('&')))", "a=1&b=2", {"a": "1", "b": "2"}),
        ("lambda x: sorted(x, key=lambda d: -d['n'])[0]['n']", [{"n": 1}, {"n": 2}], 2),
        ("lambda x: isinstance(x, (list, tuple)) and [*x, (1,)] or [x]", "s", ["s"]),
        ("lambda x: __import__('re').sub('[^0-9]', '', x)", "a1b2", "12"),
        ("lambda x: __import__('json').loads(x)['a']", '{"a": [1]}', [1]),
        (
            "lambda x: __import__('datetime').datetime.strptime(x, '%Y%m%d').strftime('%Y-%m-%d')",
            "20240102",
            "2024-01-02",
        ),
    ],
)
def test_what_people_write_is_evaluated(text: str, value: Any, expected: Any) -> None:
    assert given_by(text, value) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lambda x: __import__('os').system('id')", "'system' of the module os"),
        ("lambda x: __import__('subprocess')", "imports something other than"),
        ("lambda x: __import__(x)", "imports something other than"),
        ("lambda x: __import__", "imports something other than"),
        ("lambda x: ().__class__.__base__.__subclasses__()", "__subclasses__"),
        ("lambda x: '{0.__class__}'.format(x)", "asks for an attribute"),
        ("lambda x: '{0[a].b}'.format({'a': x})", "asks for an attribute"),
        ("lambda x: str.format('{0.real}', 1)", "asks for an attribute"),
        ("lambda x: open('/etc/passwd')", "open is not known"),
        ("lambda x: eval('1')", "eval is not known"),
        ("lambda x: getattr(x, 'a')", "getattr is not known"),
        ("lambda x: functools.partial(len).func", "'func' of a value of the kind partial"),
        ("lambda x: (lambda y: y).gi_frame", "'gi_frame'"),
        ("lambda x: 'a' * 10**10", "makes something of more than"),
        ("lambda x: 10**10 * [1]", "makes something of more than"),
        ("lambda x: [i for i in range(10**12)]", "of more than 100000 items"),
        ("lambda x: sum(range(10**9))", "of more than 100000 items"),
        ("lambda x: 9**9**9", "more than 4096 bits"),
        ("lambda x: 1 << 10**9", "more than 4096 bits"),
        ("lambda x: functools.reduce(lambda a, _: a * a, range(99), 9)", "more than 4096 bits"),
        ("lambda x: round(5, -10**9)", "100 digits"),
        ("lambda x: '%999999999d' % 1", "as wide as"),
        ("lambda x: '%*d' % (10**9, 1)", "as wide as"),
        ("lambda x: '{:999999999}'.format(1)", "as wide as"),
        ("lambda x: '{:{w}}'.format(1, w='>99999999')", "as wide as"),
        ("lambda x: f'{1:{10**9}}'", "as wide as"),
        ("lambda x: 'a'.zfill(10**10)", "wide at most"),
        ("lambda x: ('x' * 9**6).replace('x', 'y' * 9**6)", "more than 1048576 characters"),
        ("lambda x: functools.reduce(lambda a, _: a + a, range(60), 'a')", "more than 1048576 characters"),
        ("lambda x: functools.reduce(lambda a, _: [a, a], range(60), 1)", "too large, or nested"),
        ("lambda x: [[[k for k in range(999)] for j in range(999)] for i in range(999)]", "more than 200000 steps"),
        ("lambda x: (lambda f: f(f))(lambda f: f(f))", "40 deep"),
        (
            ENDLESS,
            "40 deep",
        ),
        ("lambda x: " + "(" * 500 + "x" + ")" * 500, "not Python"),
        ("lambda x: " + "-" * 9000 + "1", "nested too deeply"),
        ("lambda x: x" + " " * 20_000, "longer than"),
        ("lambda x: __import__('json').loads('[' * 99999)", "nested too deeply"),
        ("lambda x: __import__('json').dumps(x, cls=lambda **k: 'a')", "TypeError"),
        ("lambda x: __import__('json').dumps(x, indent=10**9)", "by 8 at most"),
        ("lambda x: {1, 2}", "JSON cannot carry"),
        ("lambda x: float('nan')", "JSON cannot carry"),
        ("lambda x: lambda y: y", "JSON cannot carry"),
        ("lambda: 1", "exactly one argument"),
        ("lambda x, y: 1", "exactly one argument"),
        ("print(1)", "must begin with `lambda`"),
        ("lambda x: x; 1", "not Python"),
        ("lambda x: (y := 1)", "NamedExpr is not read"),
        ("lambda x: (yield)", "Yield is not read"),
        ("lambda x: b'a'", "kind bytes"),
        ("lambda x: y", "y is not known"),
        ("lambda x: x['a']", "TypeError"),
        ("lambda x: 1 / 0", "ZeroDivisionError"),
        ("lambda x: next(filter(None, []))", "next finds nothing"),
        ("lambda x: [].pop()", "'pop' of a value of the kind list"),
    ],
)
def test_nothing_else_is_in_reach_and_nothing_grows_without_bound(text: str, said: str) -> None:
    assert said in refusal(text)


WORDS = ["x", "'a'", "9", "len", "str", "__import__", "os", "map", "range", "functools", ".reduce", ".format", "._a"]
SIGNS = ["(", ")", "[", "]", "{", "}", ",", ":", "+", "*", "**", "%", " for i in ", " if ", " else ", "lambda y:", "."]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=14), st.sampled_from([None, "text", 3, HIT]))
def test_any_text_is_evaluated_or_refused(parts: list[str], value: Any) -> None:
    with suppress(Refused):
        json.dumps(given_by("lambda x: " + "".join(parts), value), allow_nan=False)


@samples
def test_the_lambdas_of_the_public_samples_are_read() -> None:
    texts = {
        param["lambda"]
        for path in SAMPLES.rglob("hysds-io.json.*")
        for param in json.loads(path.read_text())["params"]
        if "lambda" in param
    }
    assert len(texts) >= 20
    assert {text: refused(text) for text in texts if refused(text)} == {}


def refused(text: str) -> str | None:
    """Return why a lambda is no lambda, if so."""
    try:
        read(text)
    except Refused as error:
        return str(error)
    return None
