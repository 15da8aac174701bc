"""Engines by their entry points: found by name, made once per process."""

import os
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from fieldstation.engines.local.environment import prepare_environment
from fieldstation.kernel.errors import Broken
from fieldstation.ports.engine import Engine
from fieldstation.settings import Settings

GROUP = "fieldstation.engines"


def build_engines(settings: Settings) -> Mapping[str, Engine]:
    """Make the engines that the settings offer; Broken names those that nobody provides."""
    known = {point.name: point for point in entry_points(group=GROUP)}
    unknown = [name for name in settings.engines if name not in known]
    if unknown:
        raise Broken(
            f"FIELDSTATION_ENGINES names engines that are not installed: {', '.join(unknown)}",
            next_step=f"choose from: {', '.join(sorted(known))}",
            reason="settings",
        )
    attempts = settings.data / "attempts"
    attempts.mkdir(mode=0o711, exist_ok=True)
    environment = prepare_environment(settings.data)
    images = images_of(settings)
    images.mkdir(mode=0o711, exist_ok=True)
    return {
        name: known[name].load()(attempts, station_environment=environment, images=images) for name in settings.engines
    }


def images_of(settings: Settings) -> Path:
    """Return the folder with the unpacked container images, beside that of the attempts."""
    return settings.data / "images"


def probe_engines(settings: Settings) -> Mapping[str, str | None]:
    """Have each engine run its own recipe once; returns None or what is missing, by name."""
    engines = build_engines(settings)
    try:
        return {name: engine.probe() for name, engine in engines.items()}
    finally:
        for engine in engines.values():
            engine.close()


def uids_of(settings: Settings, engine: Engine) -> range | None:
    """Return the uids that runs of an engine take, None where all have the station's own."""
    return settings.uids if engine.traits.own_uid and os.geteuid() == 0 else None
