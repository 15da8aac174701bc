"""Any process of a station may be killed at any moment: nothing is lost, nothing is doubled, nothing hangs.

The order of the kills, their victims and the runs follow from a seed, which is printed and can be given in
`FIELDSTATION_TEST_SEED`; when exactly a kill falls is up to the machine.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.acceptance.kill.blows import KINDS, Blows, schedule
from tests.acceptance.kill.books import contradictions, read_books
from tests.acceptance.kill.conftest import Raise
from tests.acceptance.kill.customers import Customers, Feeder, await_final, await_room
from tests.acceptance.kill.executions import wrong_executions
from tests.acceptance.kill.journal import Journals
from tests.acceptance.kill.remains import await_tidy, remains_of_station
from tests.acceptance.kill.sightings import Sightings
from tests.acceptance.kill.standing import AT_LENGTH, PATIENCE_SECONDS, SOAKING
from tests.closing import Scale

FINAL_SECONDS = 60.0 if SOAKING else PATIENCE_SECONDS  # after the last kill
_MOST_WAITING = 40  # runs; four slots and any machine are done with them in a fraction of that time

pytestmark = AT_LENGTH


def test_killed_anywhere_at_any_moment(raise_station: Raise, short_path: Path, scale: Scale, seed: int) -> None:
    kills, runs = scale.of("kills", 20, 200), scale.of("runs", 60, 500)
    rng = random.Random(seed)
    standing = raise_station(FIELDSTATION_TEST_DIE_AT=f"@{short_path / 'die'}")
    with (
        Journals(standing) as journals,
        Sightings(standing.data) as sightings,
        Feeder(standing, short_path) as feeder,
        Customers(standing, journals, random.Random(rng.random())) as customers,
    ):
        blows = Blows(standing, sightings, short_path / "die", random.Random(rng.random()))
        _strike(schedule(kills, rng), runs, customers, blows)
        feeder.stop()
        answers = customers.answers()
        scale.count("seconds until final", round(await_final(standing, runs, FINAL_SECONDS)))
        scale.count("seconds until tidy", round(await_tidy(standing, sightings, FINAL_SECONDS)))
        books = read_books(standing.database_url())
        assert not [*contradictions(books, standing.data)]
        assert not [*wrong_executions(standing, books, journals, answers)]
        assert sightings.attempts() <= {one.id for attempts in books.attempts.values() for one in attempts}
        assert len(books.runs) == runs
        assert not customers.surprises + feeder.surprises
    for kind in KINDS:
        scale.count(kind, blows.hit[kind])
    scale.count("attempts", sum(len(attempts) for attempts in books.attempts.values()))
    scale.count("versions read", feeder.published)
    assert standing.stop() == 0
    assert not [*remains_of_station(standing.data)]


def test_kinds_of_kill_are_spread_evenly() -> None:
    for kills in (20, 200):
        found = Counter(schedule(kills, random.Random(7)))
        assert found == dict.fromkeys(KINDS, kills // len(KINDS))
        assert schedule(kills, random.Random(7)) == schedule(kills, random.Random(7))


def _strike(kinds: Sequence[str], runs: int, customers: Customers, blows: Blows) -> None:
    """Spread the kills over the runs: some are submitted at each."""
    began = time.monotonic()
    for number, kind in enumerate(kinds, 1):
        wanted = runs * number // len(kinds)
        print(f"{time.monotonic() - began:6.1f} s, {wanted:3} runs: {kind}")
        seconds = (1.5, 3.0) if kind == "recorder" else (0.1, 1.5)  # so that a recorder can be met alive
        await_room(customers, _MOST_WAITING)
        blows.strike(kind, partial(customers.want, wanted - customers.wanted, seconds))
