"""What doors share: the threads that move bytes, the way into projects, and the launching of jobs."""

from dataclasses import dataclass

from fieldstation.facades.kit.grounds import Grounds
from fieldstation.facades.kit.launching import Launching
from fieldstation.facades.kit.molecules import FindingMolecules
from fieldstation.facades.kit.moving import Movers
from fieldstation.ports.storage import BlobStore
from fieldstation.wiring.features import Features


@dataclass(frozen=True, kw_only=True)
class Kit:
    """All of it, once for a process."""

    store: BlobStore
    movers: Movers
    grounds: Grounds
    launching: Launching
    finding: FindingMolecules


def build_kit(features: Features, store: BlobStore) -> Kit:
    """Make it."""
    movers = Movers()
    return Kit(
        store=store,
        movers=movers,
        grounds=Grounds(features.files, features.managed, movers, store),
        launching=Launching(features.instancing.launches, features.definitions.templates, movers),
        finding=FindingMolecules(
            search=features.molecules.search, chemistry=features.molecules.chemistry, movers=movers
        ),
    )
