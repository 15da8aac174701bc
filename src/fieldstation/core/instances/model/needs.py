"""What a job asks the station for beyond its variables, and what of it there is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.people.model import Permission
from fieldstation.core.tools.model.squonk.job import Job, JobImage, Origin

_P = Permission
_READS = frozenset({_P.PROJECT_READ, _P.DATASET_READ, _P.TOOL_USE})
_WORKS = _READS | {_P.PROJECT_RUN, _P.PROJECT_WRITE, _P.DATASET_COMPUTE, _P.DATASET_EDIT}
ROLES: Mapping[str, frozenset[Permission]] = {
    "data-manager-evaluator": _WORKS,
    "data-manager-user": _WORKS,
}  # what a token of a run may do by the role that its definition names; without one it reads


@dataclass(frozen=True, kw_only=True)
class Lack:
    """What a job cannot be given."""

    assets: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    image: str | None = None  # why its image cannot be run

    def __bool__(self) -> bool:
        """Tell whether anything is missing."""
        return bool(self.assets or self.secrets or self.roles or self.image)

    @property
    def reason(self) -> str:
        """Why the job cannot be launched."""
        named = [("assets", self.assets), ("secrets of the station", self.secrets)]
        said = [f"these {what} are missing: {', '.join(names)}" for what, names in named if names]
        if self.roles:
            said.append(f"no job is given a token of the role {', '.join(self.roles)}")
        if self.image:
            said.append(self.image)
        return "; ".join(said)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        said = []
        if self.assets:
            said.append("make the assets, enable them and attach them to this station")
        if self.secrets:
            said.append("ask an operator of this station to keep the secrets: fieldstation secret keep")
        if self.roles:
            said.append(f"have its author name one of these roles, or none: {', '.join(ROLES)}")
        if self.image:
            said.append("ask an operator of this station to bring the image: fieldstation image add")
        return "; ".join(said)


def secrets_of(job: Job) -> Mapping[str, tuple[str, str]]:
    """Return the name and the key of the secret that each variable of a job's environment holds."""
    found = [one for one in job.image.environment if one.origin is Origin.SECRET]
    return {one.name: (str(one.about["name"]), str(one.about["key"])) for one in found}


def roles_of(job: Job) -> Mapping[str, Sequence[str]]:
    """Return the roles of the token that each variable of a job's environment holds."""
    found = [one for one in job.image.environment if one.origin is Origin.TOKEN]
    return {one.name: tuple(one.about.get("roles", ())) for one in found}


def scopes_of(job: Job) -> Mapping[str, tuple[str, ...]]:
    """Return what the token that each variable of a job's environment holds may do."""
    return {
        name: tuple(sorted(_READS.union(*(ROLES[role] for role in roles)))) for name, roles in roles_of(job).items()
    }


def image_of(image: JobImage) -> str:
    """Return an image as engines know it: the station's own ones have no tag."""
    return image.name if image.name.endswith(":") else f"{image.name}:{image.tag}"
