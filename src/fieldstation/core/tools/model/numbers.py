"""Which plain words of YAML are numbers: by the core schema of YAML 1.2, and as PyYAML reads its older kind."""

import math
import re

_MOST_DIGITS = 400  # of a whole number; a longer one is beyond all bounds
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", re.ASCII
)
_BASES = {"0o": 8, "0x": 16}
_OLD_INTEGER = re.compile(r"([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|0([0-7_]+)|(0|[1-9][0-9_]*))", re.ASCII)
_OLD_BASES = (2, 16, 8, 10)
_OLD_SIXTIES = re.compile(
    r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*", re.ASCII
)  # 1:30 is ninety
_OLD_FLOAT = re.compile(
    r"(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    re.ASCII,
)


def core_number(text: str) -> int | float | None:
    """Read a number as YAML 1.2 writes it; None where it is text, infinity where it is beyond all bounds."""
    if _INTEGER.fullmatch(text):
        base = _BASES.get(text[:2], 10)
        return int(text, base) if len(text) < _MOST_DIGITS else math.inf
    return _float(text) if _FLOAT.fullmatch(text) else None


def pyyaml_number(text: str) -> int | float | None:
    """Read a number as PyYAML does: `1e3` is text, `010` is eight, `1_000` a thousand and `1:30` ninety."""
    if len(text) >= _MOST_DIGITS:
        return core_number(text)
    if found := _OLD_INTEGER.fullmatch(text):
        sign, *digits = found.groups()
        base, written = next((base, part) for base, part in zip(_OLD_BASES, digits, strict=True) if part is not None)
        bare = written.replace("_", "")
        return (-1 if sign == "-" else 1) * int(bare or "0", base)
    if _OLD_SIXTIES.fullmatch(text):
        return _sixties(text.replace("_", ""))
    return _float(text.replace("_", "")) if _OLD_FLOAT.fullmatch(text) else None


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _sixties(text: str) -> int | float:
    total: int | float = 0
    for part in text.lstrip("+-").split(":"):
        total = total * 60 + (float(part) if "." in part else int(part))
    return -total if text.startswith("-") else total


_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,3})?)(Ki|Mi|Gi|Ti|k|M|G|T)?", re.ASCII)
_UNITS = {
    None: 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 1 << 10,
    "Mi": 1 << 20,
    "Gi": 1 << 30,
    "Ti": 1 << 40,
}


def read_size(text: str) -> int | None:
    """Return the bytes of a size such as `512Mi`, `4G` or `1024`; None where it is none."""
    found = _SIZE.fullmatch(text)
    return None if found is None else int(float(found[1]) * _UNITS[found[2]])
