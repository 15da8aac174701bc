"""Actions get places without gaps, in an order that no reader ever sees changed; and they stay."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import text

from fieldstation.core.actions.model import AUTHORITY, Action
from fieldstation.core.actions.service import append, give_places
from fieldstation.core.streams import store
from fieldstation.db import Database

WRITERS, EACH = 6, 25
EVERYBODY: store.Seen = (None, None, {})


def test_however_many_write_and_place_a_reader_misses_nothing_and_sees_nothing_twice(database: Database) -> None:
    over = threading.Event()

    def write(number: int) -> None:
        chance = random.Random(number)
        for count in range(EACH):
            with database.begin() as tx:
                kind = AUTHORITY if count % 2 else "unit.changed"
                append(tx, Action(kind=kind, actor="station", about=None, body={"by": number, "count": count}))
                time.sleep(chance.random() / 100)  # so that those who began first do not end first

    def give() -> None:
        while not over.is_set():
            database.retrying(give_places)

    def read(column: str, position: int, most: int) -> list[tuple[int, str]]:
        seen: list[tuple[int, str]] = []
        while len(seen) < most:
            with database.begin() as tx:
                rows = store.behind(tx, column, position, 7, EVERYBODY)
            seen += [(getattr(row, column), str(row.body)) for row in rows]
            position = seen[-1][0] if seen else position
        return seen

    with ThreadPoolExecutor(WRITERS + 4) as pool:
        places = pool.submit(read, "place", 0, WRITERS * EACH)
        ordinals = pool.submit(read, "ordinal", 1, WRITERS * (EACH // 2))
        givers = [pool.submit(give) for _ in range(2)]
        for writer in [pool.submit(write, number) for number in range(WRITERS)]:
            writer.result()
        found = places.result(), ordinals.result()
        over.set()
        for giver in givers:
            giver.result()
    assert [place for place, _ in found[0]] == list(range(1, WRITERS * EACH + 1))
    assert len({body for _, body in found[0]}) == WRITERS * EACH
    assert [ordinal for ordinal, _ in found[1]] == list(range(2, WRITERS * (EACH // 2) + 2))


@pytest.mark.parametrize(
    "deed",
    ["DELETE FROM action", "UPDATE action SET kind = 'x'", "UPDATE action SET place = 9, body = '{}'"],
)
def test_what_was_done_is_never_undone(database: Database, deed: str) -> None:
    with database.begin() as tx:
        append(tx, Action(kind="unit.changed", actor="station", about=None, body={"a": 1}))
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"), database.begin() as tx:
        tx.execute(text(deed))
    database.retrying(give_places)
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"), database.begin() as tx:
        tx.execute(text("UPDATE action SET place = 9"))
