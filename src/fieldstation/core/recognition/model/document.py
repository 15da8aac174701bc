"""Reading JSON that a stranger wrote: plain values within fixed bounds, or the one fault that stops it."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn

from fieldstation.core.recognition.model.findings import Findings, shown
from fieldstation.kernel.canonical import Json

MAX_BYTES = 16 << 20
MAX_DEPTH = 64
_LARGEST_INTEGER = 1 << 63


class _Refused(ValueError):
    """The text is no JSON that we take."""


def read_json(data: bytes, file: str, findings: Findings) -> Json:
    """Return the value of a JSON text, None when it has a fault (then noted), as for `null`.

    Refused are more than 16 MiB, what is not UTF-8, NaN and infinity, a key twice in one object, more than 64 levels,
    and text that a database cannot hold (NUL, half of a surrogate pair).
    """
    try:
        value: Json = _parsed(data)
        _check(value)
    except _Refused as error:
        findings.fault(file, "/", str(error))
        return None
    return value


def read_object(data: bytes, file: str, findings: Findings) -> Mapping[str, Json] | None:
    """Return the JSON object in a text; None when there is none (then noted)."""
    before = len(findings.faults)
    value = read_json(data, file, findings)
    if isinstance(value, Mapping):
        return value
    if len(findings.faults) == before:
        findings.fault(file, "/", "must be one JSON object, { … }")
    return None


def _parsed(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise _Refused(f"has more than the {MAX_BYTES} bytes that are read")
    if not data.strip():
        raise _Refused("is empty: was it still being written?")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise _Refused(f"is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise _Refused(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise _Refused(f"is nested deeper than {MAX_DEPTH} levels") from None
    except _Refused:
        raise
    except ValueError:  # Python reads no number of more than some thousand digits
        raise _Refused("holds a number of thousands of digits") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _Refused(f"the key {shown(twice)} stands twice in one object; keep the one that is meant")
    return fields


def _no_number(word: str) -> NoReturn:
    raise _Refused(f"{word} is not JSON; write null for a number that there is none of")


def _check(root: Any) -> None:
    """Refuse what JSON can say and we cannot keep."""
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _Refused(f"is nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            else:
                _check_scalar(value)
        level = below


def _check_scalar(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise _Refused(f"the text {shown(value)} holds NUL or half of a surrogate pair, which cannot be kept")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _Refused("holds a number beyond what can be computed with, such as 1e999")
    elif isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise _Refused(f"holds a whole number beyond 64 bits: {str(value)[:40]}…")
