"""Where what strangers wrote is read: an engine of this machine, with what each kind of reading needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from fieldstation.ports.engine import Engine, Isolation
from fieldstation.settings import Settings
from fieldstation.wiring.chemistry import build_bench
from fieldstation.wiring.images import build_unpacking
from fieldstation.workers.laboratory import Laboratory


@dataclass(frozen=True, kw_only=True)
class Laboratories:
    """For files of molecules, and for container images."""

    molecules: Laboratory
    images: Laboratory


def build_laboratories(settings: Settings, engines: Mapping[str, Engine]) -> Laboratories:
    """Return them, on the best isolated engine that sees the station's files."""
    here = [engine for engine in engines.values() if engine.traits.shares_files and "host" in engine.traits.image_kinds]
    here.sort(key=lambda engine: engine.traits.isolation is not Isolation.STRONG)
    engine = here[0] if here else None
    return Laboratories(
        molecules=Laboratory(engine, lambda: build_bench(settings.data)),
        images=Laboratory(engine, lambda: build_unpacking(settings.data)),
    )
