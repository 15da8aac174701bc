"""Charges from the launch to the end of an instance: authority and hold, a cost, capture and release; three commits."""

import hashlib
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg

from bench.report import Figure, spread
from bench.scale import Scale
from bench.stations import Bench, station
from fieldstation.core.accounting.model.charges import NewProcessing
from fieldstation.core.accounting.model.products import Tariff
from fieldstation.core.people.service import Access
from fieldstation.db import Database
from fieldstation.kernel.sealing import Sealer
from fieldstation.wiring.accounting import Accounting, build_accounting

SHARE = 0.25
_THREADS = 4
_BOUND = Path(__file__).with_name("bare_posts.py")
_PRODUCTS = """
    INSERT INTO product (id, unit, organisation, type, flavour, name, allowance, coin_limit)
    SELECT 'product-bench-' || n, unit, organisation, type, flavour, 'bench', 1000000000, 1000000000
      FROM product, generate_series(1, 8) n WHERE id = 'product-11111111-1111-1111-1111-111111111111'
"""


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `ledger.post`."""
    with station() as bench:
        with psycopg.connect(bench.database_url, autocommit=True) as connection:
            connection.execute(_PRODUCTS)
            found = connection.execute("SELECT id FROM station_user WHERE username = 'admin'").fetchone()
        assert found is not None
        ours, bare = [], []
        for place in range(scale.posting_rounds):
            ours.append(_ours(bench, found[0], place, scale.postings))
            bare.append(_bare(bench, scale.postings))
    value, bound = statistics.median(ours), statistics.median(bare)
    yield Figure(
        name="ledger.post",
        value=value,
        unit="1/s",
        bound=bound,
        bound_name="bench/bare_posts.py",
        ratio=value / bound,
        holds=value >= SHARE * bound,
        n=scale.posting_rounds * scale.postings,
        spread=spread(ours),
        settings={**bench.settings, "products": 8, "posting_threads": _THREADS},
        sha=hashlib.sha256(_BOUND.read_bytes()).hexdigest(),
        promise=f"at least {SHARE:g} of the rows that any such ledger writes, without its limits and references",
    )


def _ours(bench: Bench, user: str, place: int, count: int) -> float:
    database = Database(bench.database_url, pool_size=_THREADS)
    accounting = build_accounting(Access(), Sealer(bytes(32)), Tariff(), bench.url)
    share = count // _THREADS
    crew = [
        threading.Thread(target=_charge, args=(database, accounting, user, f"instance-{place}-{number}", share))
        for number in range(_THREADS)
    ]
    began = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    took = time.perf_counter() - began
    database.close()
    return share * _THREADS / took


def _charge(database: Database, accounting: Accounting, user: str, name: str, count: int) -> None:
    rate = Decimal(1000)
    chance = random.Random(name)  # in step, all would ask for the same product at once
    for number in range(count):
        new = NewProcessing(
            product=f"product-bench-{chance.randint(1, 8)}",
            instance=f"{name}-{number}",
            name="bench",
            user_id=user,
            username="admin",
            rate=rate,
            quote=Decimal("1.5"),
        )
        with database.begin() as tx:
            accounting.processing.open(tx, new)
        with database.begin() as tx:
            accounting.processing.accrue(tx, new.instance, Decimal("1.5"), rate)
        with database.begin() as tx:
            accounting.processing.capture(tx, new.instance, refund=False, detail={})


def _bare(bench: Bench, count: int) -> float:
    command = [sys.executable, str(_BOUND), bench.database_url, str(_THREADS), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rate: float = json.loads(done.stdout)["rate"]
    return rate
