"""Labels through their notes, and what is written as the format has it."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.datasets.model.annotations import history, merged, read_annotations, read_labels, schema, written

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
LABELS = st.from_regex(r"[a-zA-Z0-9_@#]{1,12}", fullmatch=True)
VALUES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\n"), max_size=20)
NOTES = st.lists(st.fixed_dictionaries({"label": LABELS, "value": st.none() | VALUES, "active": st.booleans()}))


def test_times_have_six_digits_and_no_zone() -> None:
    assert written(AT) == "2026-05-01T12:00:00.000000"
    (note,) = read_labels('[{"label": "a", "created": "2026-05-01T14:00:00+02:00"}]', AT)
    assert note.body["created"] == written(AT)


@given(NOTES, st.dictionaries(LABELS.map(str.lower), VALUES))
def test_the_latest_notes_of_labels_say_what_the_labels_are(
    given_notes: list[dict[str, object]], labels: dict[str, str]
) -> None:
    notes = read_labels(json.dumps(given_notes), AT)
    told = history(notes, labels, AT)
    assert told[: len(notes)] == notes
    assert merged({}, told) == labels
    assert history(told, labels, AT) == told


@given(NOTES)
def test_notes_tell_labels_whole(given_notes: list[dict[str, object]]) -> None:
    notes = read_labels(json.dumps(given_notes), AT)
    assert history(notes, merged({}, notes), AT) == notes


def test_labels_that_the_format_cannot_write_stay_out() -> None:
    assert history([], {"Capital": "", "much too long": "", "a": "x" * 256, "b": "two\nlines"}, AT) == []


@given(st.dictionaries(st.text(min_size=1, max_size=50), st.sampled_from(["string", "Integer", "NULL"]), max_size=5))
def test_every_field_that_is_kept_is_in_the_schema(fields: dict[str, str]) -> None:
    kept = {name: {"type": kind} for name, kind in fields.items() if "\n" not in name and "\0" not in name}
    try:
        text = json.dumps({"type": "FieldsDescriptorAnnotation", "fields": kept}, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        return
    told = schema("a", "", 1, read_annotations(text, AT), {})
    assert told["fields"] == {name: {"type": one["type"].lower(), "description": ""} for name, one in kept.items()}
    assert told["required"] == []
