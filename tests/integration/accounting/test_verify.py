"""`fieldstation ledger verify` on a database as a station has it: everything agrees, or what does not is named."""

import json
from datetime import timedelta
from pathlib import Path

import psycopg

from tests.integration.accounting.books import Books
from tests.integration.accounting.world import World
from tests.stations import run_verb


def test_the_command_proves_the_books_and_names_what_was_spoilt(world: World, short_path: Path) -> None:
    books = Books(world)
    product = books.tier()
    books.do(lambda tx: world.storage_charges.measured(tx, {product: 1}))
    books.shift += timedelta(days=2)
    books.close_days()
    settings = {"FIELDSTATION_DATA": str(short_path), "FIELDSTATION_DATABASE_URL": world.database.dsn}
    sound = run_verb("ledger", "verify", **settings)
    assert (sound.returncode, sound.stdout) == (0, "2 accounts, 2 transfers: all agree\n"), sound.stderr
    with psycopg.connect(world.database.dsn) as connection:
        connection.execute("UPDATE ledger_account SET balance = 3 WHERE kind = 'storage'")
    spoilt = run_verb("ledger", "verify", "--json", **settings)
    assert spoilt.returncode == 1
    found = json.loads(spoilt.stdout)
    assert found["faults"] == [f"account storage of {product} says 3.000000 coins, its transfers come to 2.000000"]
