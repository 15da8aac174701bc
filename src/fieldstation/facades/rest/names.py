"""Names and times that people give, as /openapi.json tells them; the core decides, and says what is wrong."""

import re
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

from fieldstation.core.people.service.names import NAME, RESERVED, TITLE, TITLE_LENGTH
from fieldstation.kernel.ids import id_pattern

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]  # as PostgreSQL keeps it
_NO_NAME = {"not": {"anyOf": [{"enum": sorted(RESERVED)}, {"pattern": id_pattern("user")}]}}
Name = Annotated[str, StringConstraints(pattern=f"^{NAME}$"), Field(json_schema_extra=_NO_NAME)]
Title = Annotated[str, StringConstraints(pattern=f"^{TITLE}$", max_length=TITLE_LENGTH)]
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


def _written_out(given: object) -> object:
    """Refuse the numbers that pydantic takes for seconds since 1970; nobody means those."""
    if isinstance(given, str) and not _DATE_TIME.match(given):
        raise ValueError("must be a date and time with its offset, such as 2026-11-22T07:00:00Z")
    return given


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
