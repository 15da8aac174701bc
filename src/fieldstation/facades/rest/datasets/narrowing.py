"""What a list of data sets is narrowed to, as requests ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from pydantic import WithJsonSchema

from fieldstation.core.datasets.model import Filter, Origin, words_of
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.users import user_id
from fieldstation.db import Tx
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.errors import Invalid

Label = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[^=\\u0000][^\\u0000]*$"})]
_NOBODY = ""  # no user has this id


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Names, labels and places."""

    name: str | None
    labels: Mapping[str, str]
    own: bool
    trashed: bool


@dataclass(frozen=True, kw_only=True)
class Searched:
    """Words, people and origins."""

    words: tuple[str, ...]
    owner: str | None
    origin: Origin | None


def narrowed(
    name: Annotated[Text | None, Query(description="only names that begin so", max_length=100)] = None,
    label: Annotated[
        list[Label] | None, Query(description="only with this label: `key=value`; may be repeated")
    ] = None,
    own: Annotated[bool, Query(description="only those you own")] = False,
    trashed: Annotated[bool, Query(description="those in the trash, instead of those that are not")] = False,
) -> Narrowed:
    """Read what a list is narrowed to."""
    return Narrowed(name=name, labels=_labels(label or []), own=own, trashed=trashed)


def searched(
    search: Annotated[
        Text, Query(max_length=200, description="texts that all occur in name, title, description or labels")
    ] = "",
    owner: Annotated[Text | None, Query(max_length=100, description="only those of this user, by username")] = None,
    origin: Annotated[
        Origin | None,
        Query(description="only those whose newest version a `run` made, came by `upload`, or lies in `place`"),
    ] = None,
) -> Searched:
    """Read what is looked for."""
    return Searched(words=words_of(search), owner=owner, origin=origin)


def wanted_of(tx: Tx, caller: Caller, narrowed: Narrowed, searched: Searched) -> Filter:
    """Return what is asked for as the core takes it."""
    owner = caller.user_id if narrowed.own else None
    if searched.owner is not None:
        named = user_id(tx, searched.owner) or _NOBODY
        owner = named if owner in (None, named) else _NOBODY
    return Filter(
        words=searched.words,
        owner=owner,
        origin=searched.origin,
        prefix=narrowed.name,
        labels=narrowed.labels,
        trashed=narrowed.trashed,
    )


def _labels(given: Sequence[str]) -> dict[str, str]:
    if bad := [label for label in given if not label.partition("=")[0] or "\0" in label]:
        raise Invalid(f"{bad[0]!r} is not a label", next_step="write label=key=value")
    return {label.partition("=")[0]: label.partition("=")[2] for label in given}
