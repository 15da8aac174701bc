"""What the doors of operation are handed: probes of the engines, lengths of the queues, the measures."""

from collections.abc import Mapping

from fastapi import APIRouter

from fieldstation.core.tasks.service import Operations
from fieldstation.db import Database
from fieldstation.db.condition import backlog
from fieldstation.facades import operations
from fieldstation.kernel.parts import Condition, Part
from fieldstation.ports.engine import Engine
from fieldstation.settings import Settings
from fieldstation.wiring.features import Features
from fieldstation.wiring.messages import broker_parts

_STORE_DISK = "disk of data sets"


def store_disk(settings: Settings) -> tuple[Part, ...]:
    """Judge the room where data sets lie, if that is not in the data directory."""
    if settings.store is None:
        return ()
    try:
        return (operations.disk_part(settings.store, settings.reserve_bytes, _STORE_DISK),)
    except OSError as error:
        text = f"{settings.store} cannot be looked at: {error.strerror}"
        next_step = "look whether what is mounted there is there"
        return (Part(name=_STORE_DISK, condition=Condition.DEGRADED, text=text, next_step=next_step, reason="store"),)


def build_operations(
    settings: Settings, database: Database, features: Features, engines: Mapping[str, Engine], address: str
) -> tuple[APIRouter, operations.Metrics]:
    """Return the routes of operation, and the measures that every request is counted in."""
    queued = Operations(features.tasks)

    def queues() -> Mapping[str, int]:
        with database.begin() as tx:
            lengths = {f"runs_{state}": count for state, count in features.runs.counts(tx).items()}
            lengths |= {f"operations_{state}": count for state, count in queued.counts(tx).items()}
            lengths["messages_waiting"] = features.instancing.messages.count(tx)
            for one in backlog(tx):
                lengths[f"deliveries_{one.consumer}"] = one.waiting
                lengths[f"dead_deliveries_{one.consumer}"] = one.dead
        return lengths

    probes = operations.EngineProbes({name: engine.probe for name, engine in engines.items()})
    others = operations.Aside(lambda: (*store_disk(settings), *broker_parts(settings)))
    readiness = operations.Readiness(database, probes, settings.data, settings.reserve_bytes, others)
    metrics = operations.Metrics(queues)
    overview = operations.Overview(
        access=features.people,
        readiness=readiness,
        probes=probes,
        engines=engines,
        slots=settings.slots,
        url=address,
        counts=features.runs.counts,
    )
    routes = APIRouter()
    routes.include_router(operations.router(readiness, metrics))
    routes.include_router(operations.station_router(overview))
    routes.include_router(operations.queue_router(features.backlogs))
    routes.include_router(operations.errors_router(features.incidents))
    return routes, metrics
