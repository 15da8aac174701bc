"""Commands made of templates: what they keep of Jinja's rules, and that no value is ever more than a value."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.gateways.templates.expand import expand
from fieldstation.gateways.templates.marks import Malformed, Refused

NASTY = st.text(alphabet=st.sampled_from("ab '\"\\\n\t{}%#$`;|&<>()*?~!=-\ue000\ue001\ue0f0é💥"), max_size=12)
TEMPLATES = [
    "tool '{{ a }}' --b {{ b }} -c",
    'tool "{{ a }}" x{{ b }}y',
    "tool --a='{{ a }}' {{ a }}{{ b }} end",
    "tool {% for one in many %} '{{ one }}'{% endfor %} {{ many|join(',') }} -x",
    "tool {{ many|join(' ') }} {{ ' '.join(many) }} -x '{{ a }}'",
    "tool {{ '--flag ' ~ a if a is defined else '' }} {{ '--other' if b else '' }} end",
    "{% set part %}-p '{{ a }}'{% endset %}tool {{ part }} {{ a|upper }} {{ a|default('z') }} end",
    "{% macro m(v) %}-m '{{ v }}'{% endmacro %}tool {{ m(a) }} {{ m(b) }} end",
    "tool {% if a == b %}same{% else %}other{% endif %} {{ '-f %s'|format(a) }} end",
    "{% set part = '-p ' ~ a %}tool {{ part }} {{ a[0] }} end",
    "{% if false %}{% set a = 'x y' %}{% endif %}tool {{ a }} end",
    "tool {% for a in many %}{{ a }} {% endfor %}{% set a %}q{% endset %} end",
]


def arguments(template: str, values: Mapping[str, Any], free: frozenset[str] = frozenset()) -> list[str]:
    """Return the arguments of a command."""
    text, made = expand(template, values, free, command=True)
    assert shlex.split(text) == made
    return made


def refusal(template: str, values: Mapping[str, Any]) -> str:
    """Return why a command is refused."""
    with pytest.raises(Refused) as error:
        expand(template, values, frozenset(), command=True)
    return str(error.value)


def made_or_refused(template: str, values: dict[str, Any]) -> list[str] | None:
    """Return the arguments; None where a value that looks like a template was refused by its name."""
    flat = [*(values.get(name, "") for name in ("a", "b")), *values.get("many", ())]
    try:
        return arguments(template, values)
    except Refused as error:
        told = str(error)
    named = re.fullmatch(r"the value of (.*) holds \{\{, \{% or \{#, which no value may", told)
    assert named is not None
    assert set(named[1].split(" or ")) <= set(values)
    assert any(touchy in "".join(flat) for touchy in ("{{", "{%", "{#"))
    return None


@pytest.mark.parametrize("template", TEMPLATES)
@given(a=NASTY.filter(bool), b=NASTY.filter(bool), many=st.lists(NASTY, min_size=2, max_size=3))
@settings(max_examples=40, deadline=None)
def test_no_value_changes_how_many_arguments_there_are(template: str, a: str, b: str, many: list[str]) -> None:
    harmless = {"a": "A1", "b": "A1" if a == b else "B2", "many": [f"V{place}" for place in range(len(many))]}
    wanted = arguments(template, harmless)
    made = made_or_refused(template, {"a": a, "b": b, "many": many})
    if made is not None:
        fixed = [place for place, one in enumerate(wanted) if not re.search(r"A|B2|V\d|[Xx]", one)]
        assert len(made) == len(wanted)
        assert [made[place] for place in fixed] == [wanted[place] for place in fixed]


@given(value=NASTY)
@settings(max_examples=200, deadline=None)
def test_a_quoted_value_is_one_argument_as_it_is(value: str) -> None:
    made = made_or_refused("tool '{{ a }}' end", {"a": value})
    assert made in (None, ["tool", value, "end"])


@pytest.mark.parametrize("value", ["{{ a }}", "{% if x %}", "x {{", "{# c #}", "{{ 7 * 7 }}"])
def test_a_value_that_looks_like_a_template_is_refused_by_name(value: str) -> None:
    assert refusal("tool '{{ a }}'", {"a": value}) == "the value of a holds {{, {% or {#, which no value may"
    told = refusal("tool {% for one in many %}{{ one }}{% endfor %}", {"many": [value]})
    assert told.startswith("the value of many holds")


def test_more_options_are_words_where_their_author_left_room() -> None:
    free = frozenset({"more"})
    template = "obabel '{{ a }}' {{ more }} --title {{ more }} '{{ more }}' x{{ more }}"
    made = arguments(template, {"a": "in x", "more": "-p 7.0 --name 'a b'"}, free)
    told = "-p 7.0 --name 'a b'"
    assert made == ["obabel", "in x", "-p", "7.0", "--name", "a b", "--title", told, told, f"x{told}"]
    assert arguments("tool a {{ more }}", {"more": ""}, free) == ["tool", "a"]
    with pytest.raises(Refused, match="the quotes in the value of more do not pair"):
        arguments("tool a {{ more }}", {"more": "it's"}, free)
    assert arguments("tool a {{ more }}", {"more": "-p 7"}) == ["tool", "a", "-p 7"]


def test_names_without_a_value_count_as_absent_until_they_are_printed() -> None:
    assert arguments("x {% if a is defined %}a{% endif %}{% if a %}b{% endif %} {{ a|default('/c') }}/d", {}) == [
        "x",
        "/c/d",
    ]
    assert arguments("x{% for one in many %} {{ one }}{% endfor %}", {}) == ["x"]
    assert refusal("x {{ b }} {{ a }} {{ b }}", {}) == "these variables have no value: b, a"
    assert refusal("x {{ a|upper }}", {}) == "these variables have no value: a"
    assert refusal("x {% raw %}{{ a }}{% endraw %}", {}) == "these variables have no value: a"
    assert "the template fails: 'top' is undefined" in refusal("{% if top > 1 %}x{% endif %} y", {})


@pytest.mark.parametrize("template", ["{{ a }}", "  \n ", "{% if a %}x{% endif %}"])
def test_nothing_left_is_an_error(template: str) -> None:
    assert refusal(template, {"a": ""}) == "nothing is left of it: the text is empty"


@pytest.mark.parametrize("template", ["x {{ a b }}", "x {% if %}", "x {{", "{% filter upper %}x{% endfilter %}"])
def test_what_is_no_template_is_told(template: str) -> None:
    with pytest.raises(Malformed):
        expand(template, {}, frozenset(), command=True)


def test_quotes_of_the_template_must_pair() -> None:
    assert refusal("x 'y", {}) == "its quotes do not pair: No closing quotation"


@pytest.mark.parametrize(
    "template",
    ["{{ ''.__class__.__mro__ }}", "{{ many.append('x') }}", "{{ cycler.__init__.__globals__ }}", "{{ '%s'.__doc__ }}"],
)
def test_a_template_reaches_nothing_of_python(template: str) -> None:
    assert refusal(template, {"many": ["a"]}).startswith("the template fails:")


def test_words_of_python_are_written_as_jinja_does() -> None:
    assert arguments("x {{ t }} {{ n }} {{ f }}", {"t": True, "n": 7, "f": 7.0}) == ["x", "True", "7", "7.0"]


def test_harmless_text_is_left_as_its_author_wrote_it() -> None:
    assert expand("x  '{{ a }}'\n  y", {"a": "b c"}, frozenset(), command=True)[0] == "x  'b c'\n  y"


def test_a_text_that_is_no_command_keeps_its_quotes() -> None:
    assert expand("{{ a }}_*.smi", {"a": "it's"}, frozenset(), command=False) == ("it's_*.smi", [])
