"""Versions of tools: Semantic Versioning 2.0.0 without build metadata, which has no order."""

import re
from dataclasses import dataclass

_NUMBER = r"(?:0|[1-9][0-9]{0,8})"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?", re.ASCII)
_MAX_LENGTH = 100
_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version: three numbers, and the identifiers of a pre-release (`1.2.0-rc.1`), if it is one."""

    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...] = ()

    @property
    def sort_key(self) -> str:
        """A text that compares, byte by byte, as Semantic Versioning orders the versions."""
        numbers = ".".join(f"{number:0{_DIGITS}d}" for number in self.numbers)
        if not self.prerelease:
            return numbers + "~"  # behind every pre-release of the same numbers
        return numbers + "-" + "!".join(_identifier_key(identifier) for identifier in self.prerelease)


def read_version(text: str) -> Version | None:
    """Read a version; None when the text is not one (numbers have at most nine digits)."""
    found = _VERSION.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    return Version(
        numbers=(int(major), int(minor), int(patch)), prerelease=tuple(prerelease.split(".")) if prerelease else ()
    )


def _identifier_key(identifier: str) -> str:
    return f"0{int(identifier):0{_DIGITS}d}" if identifier.isdigit() else f"1{identifier}"


def label_key(label: str) -> str:
    """Return a text by which labels that may be no versions are ordered: numbers by size, two labels never alike."""
    version = read_version(label)
    if version is not None:
        return version.sort_key
    parts = re.split(r"([0-9]+)", label)
    return "".join(part.zfill(_DIGITS) if part.isdigit() else part for part in parts) + f"!{label}~"
