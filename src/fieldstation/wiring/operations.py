"""What the doors of operation are handed: probes of the engines, lengths of the queues, the measures."""

from collections.abc import Mapping

from fastapi import APIRouter

from fieldstation.core.tasks.service import Operations
from fieldstation.db import Database
from fieldstation.db.condition import backlog
from fieldstation.facades import operations
from fieldstation.ports.engine import Engine
from fieldstation.settings import Settings
from fieldstation.wiring.features import Features
from fieldstation.wiring.messages import broker_parts


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
    others = operations.Aside(lambda: broker_parts(settings))
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
