"""What verbs of the station do to a database without running a station."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldstation.core.datasets.model import Plan
from fieldstation.core.instances.service.reconciling import charge_faults
from fieldstation.core.runs.service.tidy import settle_restored as settle_runs
from fieldstation.db import Database
from fieldstation.db.snapshot import may_remove
from fieldstation.kernel.errors import Conflict
from fieldstation.settings import Settings
from fieldstation.wiring.features import build_features
from fieldstation.wiring.storages import build_storages


@dataclass(frozen=True, kw_only=True)
class LedgerProof:
    """How much was looked at, and what does not agree, in words."""

    accounts: int
    transfers: int
    faults: Sequence[str]


def verify_ledger(settings: Settings, database: Database) -> LedgerProof:
    """Look at the whole ledger at one moment."""
    ledger = build_features(settings, build_storages(settings), {}, "").accounting.ledger
    with database.begin() as tx:
        ledger.stand_still(tx)
        accounts, transfers = ledger.counts(tx)
        return LedgerProof(accounts=accounts, transfers=transfers, faults=[*ledger.faults(tx), *charge_faults(tx)])


def key_file(settings: Settings) -> Path:
    """Return where the station's key lies."""
    return settings.secret_key_file or settings.data / "station.key"


def settle_restored(settings: Settings, database: Database) -> int:
    """End what a restored station cannot go on with: runs under way and sessions; returns how many runs that were."""
    features = build_features(settings, build_storages(settings), {}, "")
    with database.begin() as tx:
        features.people.sessions.end_all(tx)
        return settle_runs(tx, features.outbox)


def plan_garbage(settings: Settings, database: Database) -> Plan:
    """Say what would be freed and who holds the rest."""
    features = build_features(settings, build_storages(settings), {}, "")
    with database.begin() as tx:
        return features.garbage.survey(tx)


def collect_garbage(settings: Settings, database: Database) -> None:
    """Free all that may be freed now; Conflict while a backup is under way."""
    garbage = build_features(settings, build_storages(settings), {}, "").garbage
    with database.begin() as tx:
        if not may_remove(tx):
            raise Conflict("a backup is under way", next_step="wait until it has ended", reason="backup_under_way")
    for step in garbage.steps():
        while database.retrying(step):
            pass
