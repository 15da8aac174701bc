"""What people write about a data set, checked with all faults at once."""

from collections.abc import Iterator, Mapping

from fieldstation.core.datasets.model import Change, NewDataset, check_schema, name_fault
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid, Problem

TITLE_LENGTH = 300
DESCRIPTION_LENGTH = 100_000
LABELS = 100
LABEL_LENGTH = 200


def check_new(new: NewDataset) -> None:
    """Raise Invalid, naming all faults, unless `new` can be made."""
    _raise_all([*_name(new.name), *_text(new.title, new.description), *_labels(new.labels), *_schema(new.schema)])


def check_change(wanted: Change) -> None:
    """Raise Invalid, naming all faults, unless this change can be made."""
    name = [] if wanted.name is None else _name(wanted.name)
    _raise_all(
        [*name, *_text(wanted.title, wanted.description), *_labels(wanted.labels), *_schema(wanted.schema or None)]
    )


def _raise_all(problems: list[Problem]) -> None:
    if problems:
        raise Invalid("the data set is not described well", next_step="mend what `problems` lists", problems=problems)


def _name(name: str) -> Iterator[Problem]:
    if fault := name_fault(name):
        yield Problem(where="/name", text=fault)


def _text(title: str | None, description: str | None) -> Iterator[Problem]:
    for where, text, limit in (("/title", title, TITLE_LENGTH), ("/description", description, DESCRIPTION_LENGTH)):
        if text is not None and len(text) > limit:
            yield Problem(where=where, text=f"has {len(text)} characters; {limit} are allowed")
        if text is not None and unkeepable(text):
            yield Problem(where=where, text="contains U+0000 or half a character")


def _labels(labels: Mapping[str, str] | None) -> Iterator[Problem]:
    if labels is None:
        return
    if len(labels) > LABELS:
        yield Problem(where="/labels", text=f"are {len(labels)}; {LABELS} are allowed")
    for key, value in labels.items():
        if not key or len(key) > LABEL_LENGTH or len(value) > LABEL_LENGTH or unkeepable(key + value):
            yield Problem(
                where=f"/labels/{key[:LABEL_LENGTH]}",
                text=f"must have 1 to {LABEL_LENGTH} characters, its value at most so many",
            )


def _schema(schema: Mapping[str, Json] | None) -> Iterator[Problem]:
    if schema is not None:
        try:
            check_schema(schema)
        except Invalid as error:
            yield from error.problems or [Problem(where="/schema", text=error.text)]


def unkeepable(text: str) -> bool:
    """Tell whether PostgreSQL could not keep `text`."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
