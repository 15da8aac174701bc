"""Versions put together from uploads, files of other versions and files in place: the JSON form."""

from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from starlette.requests import ClientDisconnect

from fieldstation.core.datasets.model import Piece, Recipe
from fieldstation.core.datasets.service.register import Placed
from fieldstation.core.people.model import Permission
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.moving import truncated
from fieldstation.facades.rest.datasets.parts import Parts
from fieldstation.kernel.errors import Invalid, Problem, TooLarge

JSON = "application/json"
BODY_BYTES = 64 << 20


class PieceIn(BaseModel):
    """One file: the bytes of an upload, of a file of another version, or files that lie in place."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(default="", description="path in the new version; for a folder in place, the folder it becomes")
    upload: str | None = Field(default=None, description="id of a finished upload")
    from_version: str | None = Field(default=None, description="reference to a version", examples=["rainfall@2"])
    from_path: str | None = Field(default=None, description="path in that version; the same path when left out")
    location: str | None = Field(
        default=None, description="file or folder to register where it lies", examples=["file:/srv/data/2021"]
    )
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="what the digest must be")
    media_type: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "PieceIn":
        if sum(origin is not None for origin in (self.upload, self.from_version, self.location)) != 1:
            raise ValueError("give exactly one of upload, from_version and location")
        if not self.path and self.location is None:
            raise ValueError("give a path")
        return self

    def piece(self) -> Piece:
        """Return it as the core takes it."""
        return Piece(
            path=self.path,
            upload=self.upload,
            from_version=self.from_version,
            from_path=(self.from_path or self.path) if self.from_version else None,
            sha256=self.sha256,
            media_type=self.media_type,
        )


class RecipeIn(BaseModel):
    """A version to be put together; at least one of `files` and `base`."""

    model_config = ConfigDict(extra="forbid")

    files: list[PieceIn] = Field(default_factory=list)
    base: int | None = Field(default=None, ge=1, le=2**31 - 1, description="start from the files of this version")
    without: list[str] = Field(
        default_factory=list, description="paths of `base` to leave out; `folder/` for all in it"
    )
    metadata: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> "RecipeIn":
        if not self.files and self.base is None:
            raise ValueError("give files, or a base to start from")
        return self


def _schema() -> dict[str, object]:
    schema = RecipeIn.model_json_schema()
    schema["properties"]["files"]["items"] = schema.pop("$defs")["PieceIn"]
    schema["properties"]["metadata"] = {"type": "object", "additionalProperties": True}
    return schema


RECIPE_SCHEMA = _schema()  # in one piece, as the body is read by hand


async def read_recipe(request: Request, call: Call, parts: Parts) -> Recipe:
    """Read the JSON form of a version, and the files in place that it names."""
    text = await _body(request.stream())
    body = await parts.movers.run(lambda: _parsed(text))
    placed: list[Placed] = []
    if asked := [piece for piece in body.files if piece.location is not None]:
        await call(lambda _tx, caller: parts.people.require(caller, Permission.STATION_REGISTER))
        placed = await parts.movers.run_outside(lambda progress: _placed(parts, asked, progress))
    return Recipe(
        pieces=[piece.piece() for piece in body.files if piece.location is None],
        placed=placed,
        base=body.base,
        without=body.without,
        metadata=body.metadata,
    )


def _placed(parts: Parts, asked: Sequence[PieceIn], progress: Callable[[int], None]) -> list[Placed]:
    found: list[Placed] = []
    for piece in asked:
        files = parts.registrar.read(piece.location or "", piece.path, progress)
        if piece.sha256 and [file.sha256 for file, _ in files] != [piece.sha256]:
            raise Invalid(
                f"{piece.location} does not have the SHA-256 that was announced",
                next_step="compute its digest anew",
                reason="checksum_mismatch",
            )
        found += files
    return found


async def _body(stream: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    try:
        async for chunk in stream:
            body += chunk
            if len(body) > BODY_BYTES:
                raise TooLarge(
                    f"the list of files has more than {BODY_BYTES} bytes", next_step="send it in parts, with `base`"
                )
    except ClientDisconnect:
        raise truncated("the connection ended") from None
    return bytes(body)


def _parsed(text: bytes) -> RecipeIn:
    try:
        return RecipeIn.model_validate_json(text)
    except ValidationError as error:
        problems = [
            Problem(where="/" + "/".join(map(str, fault["loc"])), text=fault["msg"]) for fault in error.errors()[:100]
        ]
        raise Invalid(
            "the list of files does not have the documented form",
            next_step="mend what `problems` names; /openapi.json documents it",
            problems=problems,
        ) from None
