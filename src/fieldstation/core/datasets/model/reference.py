"""References to data: `rainfall`, `rainfall@2`, `dataset-…@2`, `version-…`, each with an optional `:path/in/it`."""

from dataclasses import dataclass

from fieldstation.core.datasets.model.names import name_fault, path_fault
from fieldstation.kernel.errors import Invalid, Problem
from fieldstation.kernel.ids import is_id

_MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A reference taken apart; exactly one of `version_id`, `dataset_id` and `name` is set."""

    version_id: str | None = None
    dataset_id: str | None = None
    name: str | None = None
    number: int | None = None
    path: str | None = None


def read_reference(text: str) -> Reference:
    """Take a reference apart; raises Invalid with what is wrong."""
    thing, colon, path = text.partition(":")
    thing, at, number = thing.partition("@")
    if colon and (fault := path_fault(path)):
        raise _invalid(text, f"the path behind ':' {fault}")
    wanted = path if colon else None
    if is_id(thing, "version") and not at:
        return Reference(version_id=thing, path=wanted)
    if at and not (number.isascii() and number.isdigit() and 0 < int(number[:11]) <= _MAX_NUMBER):
        raise _invalid(text, "what follows '@' must be the number of a version, from 1")
    chosen = int(number) if at else None
    if is_id(thing, "dataset"):
        return Reference(dataset_id=thing, number=chosen, path=wanted)
    if fault := name_fault(thing):
        raise _invalid(text, f"the name of the data set {fault}")
    return Reference(name=thing, number=chosen, path=wanted)


def _invalid(text: str, fault: str) -> Invalid:
    return Invalid(
        f"{text[:200]!r} is not a reference to data: {fault}",
        next_step="write NAME, NAME@NUMBER or NAME@NUMBER:PATH; `fieldstation dataset list` shows names",
        reason="reference",
        problems=[Problem(where="reference", text=fault)],
    )
