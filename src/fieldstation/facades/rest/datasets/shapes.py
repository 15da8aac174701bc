"""Data sets, versions and files as our REST API writes them."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from fieldstation.core.datasets.model import Change, Dataset, Facets, FileEntry, NewDataset, Version, media_type_of
from fieldstation.core.datasets.model.names import NAME_LENGTH
from fieldstation.core.datasets.service import check
from fieldstation.core.people.model import Permission
from fieldstation.facades.kit.pages import PageOut
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.ids import id_pattern

# What follows is told to readers of /openapi.json; the core decides, and names all faults at once.
_KEPT = {"type": "string", "pattern": "^[^\\u0000]*$"}
_LABEL = {**_KEPT, "maxLength": check.LABEL_LENGTH}
Name = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9._-]*$",
            "maxLength": NAME_LENGTH,
            "not": {"anyOf": [{"pattern": id_pattern("dataset")}, {"pattern": id_pattern("version")}]},
        }
    ),
]
Title = Annotated[str, WithJsonSchema({**_KEPT, "maxLength": check.TITLE_LENGTH})]
Description = Annotated[str, WithJsonSchema({**_KEPT, "maxLength": check.DESCRIPTION_LENGTH})]
Labels = Annotated[
    dict[str, str],
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {**_LABEL, "minLength": 1},
            "additionalProperties": _LABEL,
            "maxProperties": check.LABELS,
            "description": "free labels; a value may be empty",
            "examples": [{"site": "north"}],
        }
    ),
]
Schema = Annotated[
    dict[str, JsonValue], Field(description="JSON Schema (2020-12) for the metadata of every version; patterns are RE2")
]


class DatasetIn(BaseModel):
    """A data set to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(
        description="lower-case letters, digits, '.', '_' and '-'; unique among your own", examples=["rainfall"]
    )
    title: Title = Field(default="", examples=["Rain gauges of the north"])
    description: Description = ""
    labels: Labels = Field(default_factory=dict)
    metadata_schema: Schema | None = None
    unit: str | None = Field(
        default=None, max_length=200, description="id or name of the unit that pays for its storage; else your own"
    )

    def new(self) -> NewDataset:
        """Return it as the core takes it."""
        return NewDataset(
            name=self.name,
            title=self.title,
            description=self.description,
            labels=self.labels,
            schema=self.metadata_schema,
            unit=self.unit,
        )


class DatasetChange(BaseModel):
    """What to change; fields left out stay as they are, an empty `metadata_schema` takes the schema off."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    title: Title | None = None
    description: Description | None = None
    labels: Labels | None = None
    metadata_schema: Schema | None = None

    def change(self) -> Change:
        """Return it as the core takes it."""
        return Change(
            name=self.name,
            title=self.title,
            description=self.description,
            labels=self.labels,
            schema=self.metadata_schema,
        )


class DatasetOut(BaseModel):
    """A data set."""

    id: str = Field(examples=["dataset-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    name: str = Field(examples=["rainfall"])
    title: str
    description: str
    labels: dict[str, str]
    metadata_schema: dict[str, JsonValue] | None = None
    owner: str = Field(description="username of its owner", examples=["ada"])
    latest: int = Field(description="number of its newest version; 0 before the first", examples=[3])
    size: int = Field(description="bytes of all versions together")
    created: str
    changed: str
    trashed: str | None = Field(default=None, description="when it was put into the trash")
    purge_after: str | None = Field(default=None, description="when its files may be removed for good")
    permissions: list[Permission] | None = Field(
        default=None, description="what you may do with it; told of one data set, not in lists"
    )


class CountOut(BaseModel):
    """How many data sets have a value."""

    value: str
    count: int


class FacetsOut(BaseModel):
    """How many of the data sets that a list has are of which kind."""

    total: int
    more: bool | None = Field(default=None, description="there are more than were counted: these are the newest")
    owners: list[CountOut] = Field(description="by username, whichever owner is chosen")
    origins: list[CountOut] = Field(description="how the newest version came to be, whichever origin is chosen")
    labels: list[CountOut] = Field(description="by `key=value`, the most frequent first")


class DatasetPageOut(PageOut[DatasetOut]):
    """One page of data sets; ask again with `after` = `next` until `next` is absent."""

    facets: FacetsOut | None = Field(default=None, description="where they were asked for")


class VersionOut(BaseModel):
    """One immutable version."""

    id: str = Field(examples=["version-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b12"])
    dataset: str = Field(description="id of its data set")
    number: int = Field(examples=[1])
    manifest_digest: str = Field(
        description="SHA-256 over the sorted list of its files; equal files give an equal digest"
    )
    file_count: int
    size: int = Field(description="bytes of all its files")
    metadata: dict[str, JsonValue]
    author: str = Field(description="username of who published it")
    run: str | None = Field(default=None, description="id of the run that made it")
    in_place: bool = Field(description="its files lie outside the store, where they were registered")
    created: str


class VersionRemovalOut(BaseModel):
    """A version that nobody can use any more."""

    task: str = Field(description="id of the task that removes its file")


class FileOut(BaseModel):
    """One file of a version."""

    path: str = Field(examples=["2021/may.csv"])
    size: int
    sha256: str
    media_type: str


def dataset_out(
    dataset: Dataset, names: Mapping[str, str], permissions: Sequence[Permission] | None = None
) -> DatasetOut:
    """Write a data set; `names` gives usernames by id, `permissions` what the caller may do with it."""
    return DatasetOut(
        id=dataset.id,
        name=dataset.name,
        title=dataset.title,
        description=dataset.description,
        labels=dict(dataset.labels),
        metadata_schema=None if dataset.schema is None else _json(dataset.schema),
        owner=names.get(dataset.owner, dataset.owner),
        latest=dataset.latest,
        size=dataset.size,
        created=wire_time(dataset.created),
        changed=wire_time(dataset.changed),
        trashed=None if dataset.trashed is None else wire_time(dataset.trashed),
        purge_after=None if dataset.purge_after is None else wire_time(dataset.purge_after),
        permissions=None if permissions is None else list(permissions),
    )


def facets_out(found: Facets, names: Mapping[str, str]) -> FacetsOut:
    """Write the counts of facets; `names` gives usernames by id."""
    owners = {names.get(owner, owner): count for owner, count in found.owners.items()}
    return FacetsOut(
        total=found.total,
        more=True if found.more else None,
        owners=_counts(owners),
        origins=_counts(found.origins),
        labels=_counts(found.labels),
    )


def _counts(found: Mapping[str, int]) -> list[CountOut]:
    return [CountOut(value=value, count=count) for value, count in found.items()]


def version_out(version: Version, names: Mapping[str, str]) -> VersionOut:
    """Write a version; `names` gives usernames by id."""
    return VersionOut(
        id=version.id,
        dataset=version.dataset_id,
        number=version.number,
        manifest_digest=version.manifest_digest,
        file_count=version.file_count,
        size=version.size,
        metadata=_json(version.metadata),
        author=names.get(version.author, version.author),
        run=version.run_id,
        in_place=version.in_place,
        created=wire_time(version.created),
    )


def file_out(file: FileEntry) -> FileOut:
    """Write a file."""
    return FileOut(path=file.path, size=file.size, sha256=file.sha256, media_type=media_type_of(file))


def _json(value: object) -> dict[str, JsonValue]:
    return dict(value)  # type: ignore[call-overload,no-any-return]
