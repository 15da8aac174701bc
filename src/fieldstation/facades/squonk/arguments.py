"""Reading what clients send where they send it: some put into a form what the document puts into the query."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.types import Scope

from fieldstation.kernel.errors import Invalid

FORM_KEY = "fieldstation.form"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Arguments:
    """The texts that came with a request, by name; those of a form win over those of the query."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def text(self, name: str) -> str | None:
        """Return a text; None where none came, or an empty one."""
        return self._texts.get(name) or None

    def given(self, name: str) -> str | None:
        """Return a text as it came, which may be empty; None where none came."""
        return self._texts.get(name)

    def needed(self, name: str) -> str:
        """Return a text that must be there; Invalid otherwise."""
        found = self.text(name)
        if found is None:
            raise Invalid(f"{name} is missing", next_step=f"send {name}")
        return found

    def flag(self, name: str) -> bool | None:
        """Return a yes or no; None where none came, Invalid for anything else."""
        found = (self.text(name) or "").lower()
        if found not in ("", "true", "false", "1", "0", "yes", "no"):
            raise Invalid(f"{name} is {found[:40]!r}", next_step=f"send true or false as {name}")
        return found in ("true", "1", "yes") if found else None


async def arguments_of(request: Request) -> Arguments:
    """Read the query and, where there is one, the form of a request; files in it are left out."""
    texts = dict(request.query_params)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        try:
            async with request.form(max_files=4, max_fields=100) as form:
                sent = {name: value for name, value in form.items() if isinstance(value, str)}
                note_form(request.scope, sent)
                texts |= sent
        except HTTPException as error:
            raise Invalid(
                f"the form cannot be read: {error.detail}", next_step="let your HTTP client build it"
            ) from None
    return Arguments(texts)


def note_form(scope: Scope, texts: Mapping[str, str]) -> None:
    """Note the texts of a form, for the log of calls."""
    noted = scope.get(FORM_KEY)
    if noted is not None:
        noted.update(texts)


def texts_of(scope: Scope) -> dict[str, str]:
    """Return the texts of a request's query."""
    return dict(QueryParams(scope.get("query_string", b"")))


GivenArguments = Annotated[Arguments, Depends(arguments_of)]


def described(*needed: str, optional: tuple[str, ...] = ()) -> dict[str, object]:
    """Tell readers of the document which texts a route takes as a form, or in the query."""
    properties = {name: {"type": "string"} for name in (*needed, *optional)}
    schema = {"type": "object", "properties": properties, "required": list(needed)}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"content": content, "required": bool(needed)}}
