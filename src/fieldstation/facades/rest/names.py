"""Names that people give, as /openapi.json tells them; the core decides, and says what is wrong with another."""

from typing import Annotated

from pydantic import Field, StringConstraints

from fieldstation.core.people.service.names import NAME, RESERVED
from fieldstation.kernel.ids import id_pattern

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]  # as PostgreSQL keeps it
_NO_NAME = {"not": {"anyOf": [{"enum": sorted(RESERVED)}, {"pattern": id_pattern("user")}]}}
Name = Annotated[str, StringConstraints(pattern=f"^{NAME}$"), Field(json_schema_extra=_NO_NAME)]
