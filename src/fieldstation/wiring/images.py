"""Container images: which are kept, where they come from, what unpacks them."""

import hashlib
import importlib.util
import platform
from collections.abc import Mapping
from pathlib import Path

from fieldstation import __version__
from fieldstation.core.images.service import Images, Sights
from fieldstation.core.people.service import Access
from fieldstation.core.tasks.service import Tasks
from fieldstation.core.tools.model.definition import HOST_IMAGE, STATION_IMAGE
from fieldstation.engines.local.disk import remove_tree
from fieldstation.engines.local.environment import prepare_environment
from fieldstation.gateways.images.registry import Registry
from fieldstation.gateways.web import Caps, Web
from fieldstation.ports.engine import Engine
from fieldstation.ports.storage import BlobStore
from fieldstation.settings import Settings
from fieldstation.wiring.engines import images_of
from fieldstation.wiring.programs import readable
from fieldstation.workers.images import Shelf
from fieldstation.workers.laboratory import Bench

_PACKAGE_LISTS = (Path("/var/lib/dpkg/status"), Path("/var/lib/rpm/rpmdb.sqlite"), Path("/lib/apk/db/installed"))
_PROGRAMS = "programs"
_PLAIN = "http://"
_SECONDS = 4 * 3600.0
_TEXT_BYTES = 8 << 20  # of a manifest


def build_images(settings: Settings, access: Access, tasks: Tasks, engines: Mapping[str, Engine]) -> Images:
    """Return what keeps images."""
    runnable = any("oci" in engine.traits.image_kinds for engine in engines.values())
    registries = [one.removeprefix(_PLAIN) for one in settings.registries]
    return Images(access, tasks, Sights(own=_fingerprints(), runnable=runnable, registries=registries))


def build_shelf(settings: Settings, store: BlobStore) -> Shelf:
    """Return where images lie and come from."""
    texts = Web(settings.outbound_allow, caps=Caps(most_bytes=_TEXT_BYTES))
    layers = Web(settings.outbound_allow, caps=Caps(seconds=_SECONDS, most_bytes=settings.image_bytes))
    plain = [one.removeprefix(_PLAIN) for one in settings.registries if one.startswith(_PLAIN)]
    registry = Registry(texts, layers, plain=plain, most_bytes=settings.image_bytes)
    return Shelf(
        folder=images_of(settings),
        remove=remove_tree,
        store=store,
        registry=registry,
        most_bytes=settings.image_bytes,
    )


def build_unpacking(data: Path) -> Bench:
    """Make what the unpacking needs: any interpreter, and the program, copied to where runs can read it."""
    source = importlib.util.find_spec("fieldstation.gateways.images")
    assert source is not None
    assert source.submodule_search_locations is not None
    program = Path(source.submodule_search_locations[0]) / _PROGRAMS
    (shown,) = readable(data, f"images-{__version__}", [program])
    return Bench(interpreter=prepare_environment(data), programs=shown.parent, package=_PROGRAMS)


def _fingerprints() -> Mapping[str, str]:
    """Say what lies behind the images that have no digest: the station's release, and the host's packages."""
    return {
        STATION_IMAGE: f"station:{__version__}/python-{platform.python_version()}",
        HOST_IMAGE: f"host:{__version__}/{_packages()}",
    }


def _packages() -> str:
    for listing in _PACKAGE_LISTS:
        try:
            return hashlib.sha256(listing.read_bytes()).hexdigest()
        except OSError:
            continue
    return platform.platform()
