"""Whether jobs can be given what their definitions ask for."""

from collections.abc import Collection, Mapping, Sequence

from fieldstation.core.accounting.service import Assets
from fieldstation.core.images.service import Images
from fieldstation.core.instances.model.needs import ROLES, Lack, image_of, roles_of, secrets_of
from fieldstation.core.people.model import Caller
from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.core.tools.service import Secrets
from fieldstation.db import Tx


class Needs:
    """Compares what jobs ask for with what there is."""

    def __init__(self, assets: Assets, secrets: Secrets, images: Images) -> None:
        self._images = images
        self._assets = assets
        self._secrets = secrets

    def assets(self, tx: Tx, caller: Caller, jobs: Sequence[Job], product: str | None) -> Mapping[str, str]:
        """Return the asset that each name means which these jobs need, where the caller's jobs are given one."""
        names = sorted({name for job in jobs for name in job.assets})
        return self._assets.usable(tx, caller, names, product) if names else {}

    def lacks(self, tx: Tx, caller: Caller, jobs: Sequence[Job], product: str | None) -> Sequence[Lack]:
        """Return what each of these jobs would lack if the caller launched it for a project that `product` pays for.

        With at most four statements, however many jobs there are.
        """
        assets = self.assets(tx, caller, jobs, product)
        secrets = self._secrets.known(tx, sorted({place for job in jobs for place in secrets_of(job).values()}))
        images = self._images.lacking(tx, [image_of(job.image) for job in jobs])
        return [_lack(job, assets, secrets, image) for job, image in zip(jobs, images, strict=True)]


def _lack(job: Job, assets: Collection[str], secrets: Collection[tuple[str, str]], image: str | None) -> Lack:
    asked = dict.fromkeys(secrets_of(job).values())
    roles = dict.fromkeys(role for named in roles_of(job).values() for role in named)
    return Lack(
        assets=tuple(name for name in job.assets if name not in assets),
        secrets=tuple(f"{name}/{key}" for name, key in asked if (name, key) not in secrets),
        roles=tuple(role for role in roles if role not in ROLES),
        image=image,
    )
