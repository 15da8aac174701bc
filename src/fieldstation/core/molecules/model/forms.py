"""Which files hold molecules, and what may be said about how to read them."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from fieldstation.kernel.errors import Invalid


class Form(StrEnum):
    """How the molecules of a file are written."""

    SDF = "sdf"
    SMILES = "smiles"


GZIP = ".gz"
ENDINGS = {Form.SDF: ".sdf", Form.SMILES: ".smi"}  # of files that the station writes
_BY_TYPE = {
    "chemical/x-mdl-sdfile": Form.SDF,
    "squonk/x-smiles": Form.SMILES,
    "chemical/x-daylight-smiles": Form.SMILES,
}
_BY_ENDING = {".sdf": Form.SDF, ".sd": Form.SDF, ".smi": Form.SMILES, ".smiles": Form.SMILES}
OPTIONS: Mapping[str, Any] = {
    "title": "Reading molecules",
    "type": "object",
    "required": [],
    "properties": {
        "header": {
            "title": "Titles in the first line",
            "description": "of a file of SMILES; by default the station sees it by itself",
            "type": "boolean",
        },
        "strict": {
            "title": "Refuse faulty molecules",
            "description": "fail, naming the line, when a molecule cannot be read; by default it is kept as faulty",
            "type": "boolean",
            "default": False,
        },
    },
}


def form_of(media_type: str) -> Form | None:
    """Return how molecules are written in files of a media type; None where they hold none."""
    return _BY_TYPE.get(media_type)


def form_of_file(path: str, media_type: str) -> Form | None:
    """Return the same for a file, whose name may say more where it is packed."""
    plain = path.lower().removesuffix(GZIP)
    by_name = next((form for ending, form in _BY_ENDING.items() if plain.endswith(ending)), None)
    return form_of(media_type) or by_name


def conversion(source: tuple[str, str], target: tuple[str, str]) -> tuple[Form, Form] | None:
    """Return the forms between which a file (path, media type) is written anew; None where its bytes stay.

    Files of one form are written anew only to be unpacked: packing needs no look into them.
    """
    form, wanted = form_of_file(*source), form_of_file(*target)
    if form is None or wanted is None:
        return None
    unpacked = source[0].lower().endswith(GZIP) and not target[0].lower().endswith(GZIP)
    return (form, wanted) if form is not wanted or unpacked else None


def options_of(text: str | None) -> Mapping[str, bool]:
    """Return what extra variables, a JSON object, say about the reading; what they say else is for others.

    Raises Invalid where one of ours is no truth value.
    """
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    ours = {name: found[name] for name in OPTIONS["properties"] if found.get(name) is not None}
    wrong = [name for name, value in ours.items() if not isinstance(value, bool)]
    if wrong:
        raise Invalid(f"{wrong[0]} of the extra variables is not true or false", next_step="send it as one of these")
    return ours
