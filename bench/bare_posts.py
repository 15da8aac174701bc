"""The bound of posting: the rows that any ledger of charges has to write, in as many commits, by psycopg alone.

Transfers, the balances of both their accounts, the charge, the authority and what is told of it, into tables with a
key and nothing else: no limits, no references, no check of what was there. Products are asked for at random.
Prints `{"rate": charges per second}` for the given database, threads and count.
"""

import json
import random
import sys
import threading
import time

import psycopg

PRODUCTS = 8
TABLES = """
    DROP TABLE IF EXISTS bare_charge, bare_authority, bare_transfer, bare_account, bare_action;
    CREATE TABLE bare_charge (id bigserial PRIMARY KEY, instance text UNIQUE, product text, coins numeric, day date);
    CREATE TABLE bare_authority (code serial PRIMARY KEY, thing text UNIQUE);
    CREATE TABLE bare_transfer (reference text PRIMARY KEY, debit bigint, credit bigint, amount numeric, day date);
    CREATE TABLE bare_account (id bigint PRIMARY KEY, balance numeric NOT NULL);
    CREATE TABLE bare_action (id bigserial PRIMARY KEY, product text, body text);
    INSERT INTO bare_account SELECT n, 0 FROM generate_series(0, 8 * 4 - 1) n
"""
TRANSFER = "INSERT INTO bare_transfer VALUES (%s, %s, %s, 1.5, '2026-01-01')"
BALANCE = "UPDATE bare_account SET balance = balance + %s WHERE id = %s"
ACTION = "INSERT INTO bare_action (product, body) VALUES ('product', %s)"


def transfer(connection: "psycopg.Connection[tuple[object, ...]]", name: str, debit: int, credit: int) -> None:
    connection.execute(TRANSFER, [name, debit, credit])
    connection.execute(BALANCE, [1.5, debit])
    connection.execute(BALANCE, [-1.5, credit])


def work(url: str, first: int, count: int) -> None:
    chance = random.Random(first)
    with psycopg.connect(url) as connection:
        for number in range(first, first + count):
            name, account = f"instance-{number}", 4 * chance.randrange(PRODUCTS)
            with connection.transaction():
                connection.execute("INSERT INTO bare_charge (instance, product) VALUES (%s, 'product')", [name])
                connection.execute("INSERT INTO bare_authority (thing) VALUES (%s)", [name])
                connection.execute(ACTION, [name])
                transfer(connection, f"hold:{name}", account, account + 1)
            with connection.transaction():
                connection.execute("UPDATE bare_charge SET coins = 1.5 WHERE instance = %s", [name])
                connection.execute(ACTION, [name])
            with connection.transaction():
                connection.execute("UPDATE bare_charge SET day = '2026-01-01' WHERE instance = %s", [name])
                connection.execute(ACTION, [name])
                transfer(connection, f"release:{name}", account, account + 1)
                transfer(connection, f"capture:{name}", account + 2, account + 3)


url, threads, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with psycopg.connect(url, autocommit=True) as connection:
    connection.execute(TABLES)
share = count // threads
crew = [threading.Thread(target=work, args=(url, share * place, share)) for place in range(threads)]
began = time.perf_counter()
for thread in (*crew, *crew):
    thread.join() if thread.ident else thread.start()
print(json.dumps({"rate": share * threads / (time.perf_counter() - began)}))
