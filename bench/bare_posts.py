"""The bound of posting: the same rows in as many commits, by psycopg alone, into tables with a key and nothing else.
Prints `{"rate": charges per second}` for the given database, threads and count.
"""

import json
import sys
import threading
import time

import psycopg

TABLES = """
    DROP TABLE IF EXISTS bare_charge, bare_authority, bare_transfer;
    CREATE TABLE bare_charge (id bigserial PRIMARY KEY, instance text UNIQUE, product text, coins numeric, day date);
    CREATE TABLE bare_authority (code serial PRIMARY KEY, thing text UNIQUE);
    CREATE TABLE bare_transfer (reference text PRIMARY KEY, debit bigint, credit bigint, amount numeric, day date)
"""
TRANSFER = "INSERT INTO bare_transfer VALUES (%s, 1, 2, 1.5, '2026-01-01')"


def work(url: str, first: int, count: int) -> None:
    with psycopg.connect(url) as connection:
        for number in range(first, first + count):
            name = f"instance-{number}"
            with connection.transaction():
                connection.execute("INSERT INTO bare_charge (instance, product) VALUES (%s, 'product')", [name])
                connection.execute("INSERT INTO bare_authority (thing) VALUES (%s)", [name])
                connection.execute(TRANSFER, [f"hold:{name}"])
            with connection.transaction():
                connection.execute("UPDATE bare_charge SET coins = 1.5 WHERE instance = %s", [name])
            with connection.transaction():
                connection.execute(TRANSFER, [f"release:{name}"])
                connection.execute(TRANSFER, [f"capture:{name}"])
                connection.execute("UPDATE bare_charge SET day = '2026-01-01' WHERE instance = %s", [name])


url, threads, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with psycopg.connect(url, autocommit=True) as connection:
    connection.execute(TABLES)
share = count // threads
crew = [threading.Thread(target=work, args=(url, share * place, share)) for place in range(threads)]
began = time.perf_counter()
for thread in (*crew, *crew):
    thread.join() if thread.ident else thread.start()
print(json.dumps({"rate": share * threads / (time.perf_counter() - began)}))
