"""The bound of throughput: claim, the engine's own recipe, two commits with fsync, and nothing else.
Prints `{"rate": runs per second, "p50": seconds of one launch}` for the given database, folder, threads and count.
"""

import json
import os
import statistics
import sys
import threading
import time
from pathlib import Path

import psycopg

from fieldstation.engines.local.cgroups.place import find_groups
from fieldstation.engines.local.folder import Folder
from fieldstation.engines.local.launch import Files, started
from fieldstation.engines.sandbox import SandboxEngine
from fieldstation.ports.engine import RunSpec, Stream

CLAIM = """UPDATE bare SET state = 1 WHERE id = (SELECT id FROM bare
    WHERE state = 0 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"""


def launch(engine: SandboxEngine, groups: object, attempts: Path, name: str, uid: int) -> None:
    folder = Folder(attempts, name)
    folder.path.mkdir()
    folder.prepare(uid, uid)
    spec = RunSpec(attempt_id=name, image="host:", argv=["true"], uid=uid, gid=uid)
    group = groups.make(name, spec.limits) if groups else None  # type: ignore[attr-defined]
    files = Files(status=folder.status_path, stdout=folder.log(Stream.STDOUT), stderr=folder.log(Stream.STDERR))
    with started(engine.command(spec, folder), files, group.joins() if group else ()) as waiting:
        waiting.go()
    os.waitpid(waiting.pid, 0)
    if group:
        group.remove()
    folder.remove()


def work(url: str, engine: SandboxEngine, attempts: Path, uid: int, times: list[float]) -> None:
    groups = find_groups(attempts)
    with psycopg.connect(url, autocommit=True) as connection:
        while row := connection.execute(CLAIM).fetchone():
            began = time.perf_counter()
            launch(engine, groups, attempts, f"bare-{row[0]}", uid)
            times.append(time.perf_counter() - began)
            connection.execute("UPDATE bare SET state = 2 WHERE id = %s", row)


url, attempts, threads, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with psycopg.connect(url, autocommit=True) as connection:
    connection.execute("DROP TABLE IF EXISTS bare; CREATE TABLE bare (id serial PRIMARY KEY, state smallint NOT NULL)")
    connection.execute("INSERT INTO bare (state) SELECT 0 FROM generate_series(1, %s)", [count])
engine, times = SandboxEngine(attempts), list[float]()
crew = [threading.Thread(target=work, args=(url, engine, attempts, 61000 + n, times)) for n in range(threads)]
began = time.perf_counter()
for thread in (*crew, *crew):
    thread.join() if thread.ident else thread.start()
print(json.dumps({"rate": count / (time.perf_counter() - began), "p50": statistics.median(times)}))
engine.close()
