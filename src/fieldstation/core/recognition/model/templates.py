"""Format strings of others (`{version}`, `{met[key]}`, `${version}`), filled by looking up keys and nothing else.

No attribute is ever read and no code of a value is called, so `{x.__class__}` is a fault like any other. Before that,
the placeholders `{{ NAME }}` of files that are filled when a system is set up stand for what their reader says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from fieldstation.core.recognition.model.findings import kind_of, shown
from fieldstation.kernel.canonical import Json

MAX_CHARACTERS = 4_000  # of a template, and of what it makes
_PLACEHOLDER = re.compile(r"(?<!\{)\{\{\s*([A-Za-z_]\w*)\s*\}\}(?!\})", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_KEYS = re.compile(r"(?:\[[^\[\]]+\])*")
_FORM = re.compile(r"(?:[^{}]?[<>^=])?0?\d{0,2}(?:\.\d{1,2})?[sdf]?", re.ASCII)


class BadTemplate(ValueError):
    """A template that cannot be read or filled; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A place that is filled: the value of `name`, then of each key inside it; `form` says how it is written."""

    name: str
    keys: tuple[str, ...]
    form: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template that was read; `unfilled` names placeholders that nobody gave a value, kept as they stand."""

    text: str
    parts: tuple[str | Field, ...]
    unfilled: tuple[str, ...]

    def fill(self, values: Mapping[str, Json]) -> str:
        """Return the text with every field filled. Raises BadTemplate for a value that is not there or no plain one."""
        made = "".join(part if isinstance(part, str) else _written(part, values) for part in self.parts)
        if len(made) > MAX_CHARACTERS:
            raise BadTemplate(f"{shown(self.text)} makes {len(made)} characters; at most {MAX_CHARACTERS} are kept")
        return made


def with_placeholders(text: str, settings: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the text with each `{{ NAME }}` that `settings` knows in place, and the names that it does not know."""
    unknown = dict.fromkeys(name for name in _PLACEHOLDER.findall(text) if name not in settings)
    return _PLACEHOLDER.sub(lambda found: settings.get(found[1], found[0]), text), tuple(unknown)


def read_template(text: str, settings: Mapping[str, str]) -> Template:
    """Read a template. Raises BadTemplate, which names the place.

    `{{` and `}}` stand for braces, as in all format strings; with a name between them they are a placeholder.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadTemplate(f"has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    parts: list[str | Field] = []
    unfilled: list[str] = []
    at = 0
    for found in _PLACEHOLDER.finditer(text):
        parts.extend(_parts(text[at : found.start()]))
        parts.append(settings.get(found[1], found[0]))
        unfilled += [] if found[1] in settings else [found[1]]
        at = found.end()
    parts.extend(_parts(text[at:]))
    return Template(text=text, parts=tuple(parts), unfilled=tuple(dict.fromkeys(unfilled)))


def _parts(text: str) -> Iterator[str | Field]:
    at = 0
    while at < len(text):
        sign = text[at : at + 2]
        if sign in ("{{", "}}"):
            yield sign[0]
            at += 2
        elif sign == "${":
            at += 1  # the older way to write a field
        elif text[at] == "{":
            end = text.find("}", at)
            if end < 0:
                raise BadTemplate(f"the brace in {shown(text[at:])} is never closed; a brace itself is written {{{{")
            yield _field(text[at + 1 : end])
            at = end + 1
        elif text[at] == "}":
            raise BadTemplate(f"a closing brace stands alone in {shown(text)}; a brace itself is written }}}}")
        else:
            end = next((place for place in range(at + 1, len(text)) if text[place] in "{}$"), len(text))
            yield text[at:end]
            at = end


def _field(source: str) -> Field:
    place, _, form = source.partition(":")
    name = _NAME.match(place)
    rest = place[name.end() :] if name else place
    if name is None:
        raise BadTemplate(f"{{{source}}} names nothing; write {{version}} or {{met[key]}}")
    if rest.startswith("."):
        raise BadTemplate(f"{{{source}}} asks for an attribute, which is never read; write {{{name[0]}[key]}}")
    if not _KEYS.fullmatch(rest):
        raise BadTemplate(f"{{{source}}} is not understood behind {name[0]}; write {{{name[0]}}} or {{{name[0]}[key]}}")
    if not _FORM.fullmatch(form):
        raise BadTemplate(f"{{{source}}} asks for the form {shown(form)}; only widths such as 03d or .2f are known")
    return Field(name=name[0], keys=tuple(rest[1:-1].split("][")) if rest else (), form=form, source=source)


def _written(field: Field, values: Mapping[str, Json]) -> str:
    value = _value(field, values)
    if value is None or isinstance(value, bool | Mapping) or not isinstance(value, str | int | float):
        raise BadTemplate(f"{{{field.source}}} is {kind_of(value)}, which is no text and no number")
    try:
        return format(value, field.form)
    except ValueError:
        raise BadTemplate(f"{{{field.source}}} cannot write {kind_of(value)} in the form {field.form}") from None


def _value(field: Field, values: Mapping[str, Json]) -> Json:
    if field.name not in values:
        raise BadTemplate(f"{{{field.source}}}: there is no {field.name}; there are {', '.join(sorted(values))}")
    value = values[field.name]
    for key in field.keys:
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif _is_list(value) and key.isdecimal() and len(key) < 10 and int(key) < len(value):
            value = value[int(key)]
        else:
            raise BadTemplate(f"{{{field.source}}}: there is no {shown(key)} in {kind_of(value)}")
    return value


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
