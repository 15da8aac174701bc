"""Very many runs of one person, put into the station's own database at once: submitting them would take hours."""

import uuid
from collections.abc import Mapping
from pathlib import Path

import psycopg

from fieldstation.client import Station
from fieldstation.client.things import Json
from fieldstation.db.embedded import EmbeddedPostgres

_RUNS = """
    INSERT INTO run (id, project_id, user_id, username, tool_id, tool_name, tool_version, revision, parameters,
        resources, output_dataset_id, priority, state, reason, exit_code, max_attempts, retry_on, soft_seconds,
        hard_seconds, grace_seconds, reuse, reuse_parts, request_id, created_at, queued_at, started_at, ended_at,
        attempts)
    SELECT 'run-' || left(time, 8) || '-' || right(time, 4) || '-7' || lpad(to_hex(n %% 4096), 3, '0') || '-8000-'
        || lpad(to_hex(n), 12, '0'), u.space, u.id, u.username, t.id, t.name, '1.0.0', 'x', '{}', '{}', d.id, 5,
        CASE WHEN n %% 20 = 0 THEN 'failed' ELSE 'succeeded' END,
        CASE WHEN n %% 2000 = 0 THEN 'out_of_memory' WHEN n %% 20 = 0 THEN 'exit_nonzero' END,
        CASE WHEN n %% 20 = 0 THEN 1 ELSE 0 END,
        1, '{}', 60, 60, 5, false, '{}', '', at, at, at, at + interval '3 seconds', 1
      FROM (SELECT n, at, lpad(to_hex(cast(extract(epoch FROM at) * 1000 AS bigint)), 12, '0') AS time
              FROM (SELECT n, now() - interval '1 day' - (%(count)s - n) * interval '10 seconds' AS at
                      FROM generate_series(1, %(count)s) n) numbered) timed,
           (SELECT * FROM station_user WHERE username = %(username)s) u,
           (SELECT id, name FROM tool WHERE name = 'noop' LIMIT 1) t,
           (SELECT id FROM dataset WHERE name = 'crowded' LIMIT 1) d
"""


def make_crowd(operator: Station, data: Path, count: int) -> Mapping[str, Json]:
    """Make somebody with `count` runs that ended: one in 20 failed, of those one in 100 for want of memory."""
    account = {"username": f"crowd-{uuid.uuid4().hex[:6]}", "password": uuid.uuid4().hex}
    operator.users.add(account["username"], password=account["password"], name="Crowd")
    with operator.sign_in(account["username"], account["password"]) as person:
        person.datasets.create("crowded")
    with psycopg.connect(EmbeddedPostgres(data).url(), autocommit=True) as connection:
        connection.execute(_RUNS, {"count": count, "username": account["username"]})
        connection.execute("ANALYZE run")
    return {**account, "runs": count}
