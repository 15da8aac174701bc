"""Lists and counts of 1,000,000 runs, over HTTP: for an operator, for a member of few projects, and filtered."""

import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import psycopg

from bench.report import Figure, percentile, spread
from bench.scale import Scale
from bench.stations import Bench, station

PAGE_MS = 40.0
COUNT_MS = 150.0
_ASKS: Sequence[dict[str, str]] = (
    {},
    {"state": "failed"},
    {"project": "project-77"},
    {"state": "running"},
    {"tool": "x"},
    {"reason": "out_of_memory"},
    {"submitted_by": "person76"},
    {"since": (datetime.now(UTC) - timedelta(days=30)).isoformat()},
    {"until": (datetime.now(UTC) - timedelta(days=30)).isoformat(), "state": "failed"},
)
_PEOPLE = """
    INSERT INTO principal (id, kind) SELECT 1000 + n, 'user' FROM generate_series(1, 200) n;
    INSERT INTO station_user (id, principal, iss, sub, username, operator, space, created_at)
    SELECT 'user-' || n, 1000 + n, 'local', 'user-' || n, 'person' || n, false, 'project-' || n, now()
      FROM generate_series(1, 200) n;
    INSERT INTO project (id, name, owner, personal, created_at)
    SELECT 'project-' || n, 'person' || n, 'user-' || n, true, now() FROM generate_series(1, 200) n;
    INSERT INTO access (kind, thing, principal, role)
    SELECT 'project', 'project-' || n, 1000 + n, 'owner' FROM generate_series(1, 200) n;
"""
_MANY = """
    INSERT INTO run (id, project_id, user_id, username, tool_id, tool_name, tool_version, revision, parameters,
        resources, output_dataset_id, priority, state, reason, max_attempts, retry_on, soft_seconds, hard_seconds,
        grace_seconds, reuse, reuse_parts, request_id, created_at, queued_at, started_at, ended_at, attempts)
    SELECT 'run-' || left(time, 8) || '-' || right(time, 4) || '-7' || lpad(to_hex(n %% 4096), 3, '0') || '-8000-'
        || lpad(to_hex(n), 12, '0'), 'project-' || (n %% 200 + 1), 'user-' || (n %% 200 + 1),
        'person' || (n %% 200 + 1), t.id, t.name, '1.0.0', 'x', '{}', '{}', d.id, 5,
        CASE n %% 20 WHEN 0 THEN 'failed' WHEN 1 THEN 'canceled' ELSE 'succeeded' END,
        CASE WHEN n %% 2000 = 0 THEN 'out_of_memory' WHEN n %% 20 = 0 THEN 'exit_nonzero'
             WHEN n %% 20 = 1 THEN 'stopped_by_user' END,
        1, '{}', 60, 60, 5, false, '{}', '', at, at, at, at, 1
      FROM (SELECT n, now() - (%s - n) * interval '10 seconds' AS at,
                   lpad(to_hex(cast(extract(epoch FROM now() - (%s - n) * interval '10 seconds') * 1000 AS bigint)),
                        12, '0') AS time
              FROM generate_series(1, %s) n) numbered,
           (SELECT id, name FROM tool LIMIT 1) t, (SELECT id FROM dataset LIMIT 1) d
"""


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `runs.list_p95` and `runs.count_p95`."""
    with station() as bench:
        _fill(bench, scale.listed_runs)
        with httpx.Client(base_url=bench.url, headers=_member(bench), timeout=60) as member:
            yield _lists(bench, member, scale)
            yield _counts(bench, member, scale)


def _fill(bench: Bench, count: int) -> None:
    bench.http.post("/api/v1/datasets", json={"name": "for-the-lists"}).raise_for_status()
    with psycopg.connect(bench.database_url, autocommit=True) as connection:
        for statement in _PEOPLE.split(";")[:-1]:
            connection.execute(statement)
        connection.execute(_MANY, [count] * 3)
        connection.execute("VACUUM ANALYZE run")


def _lists(bench: Bench, member: httpx.Client, scale: Scale) -> Figure:
    measured = [_times(http, asked, scale.asks) for http in (bench.http, member) for asked in _ASKS]
    value, worst = max((percentile(times, 0.95), times) for times in measured)
    return Figure(
        name="runs.list_p95",
        value=value,
        unit="ms",
        bound=PAGE_MS,
        bound_name="promise",
        ratio=value / PAGE_MS,
        holds=value < PAGE_MS,
        n=sum(map(len, measured)),
        spread=spread(worst),
        settings={**bench.settings, "runs": scale.listed_runs},
        promise=f"below {PAGE_MS:g} ms at {scale.listed_runs:,} runs, the worst of all lists: an operator and a member "
        f"of one project, {len(_ASKS)} filters each",
    )


def _counts(bench: Bench, member: httpx.Client, scale: Scale) -> Figure:
    asks = scale.asks // 4
    measured = {
        (who, *asked.items()): _counting(http, asked, asks)
        for who, http in (("operator", bench.http), ("member", member))
        for asked in _ASKS
    }
    value, worst = max((percentile(times, 0.95), times) for times in measured.values())
    return Figure(
        name="runs.count_p95",
        value=value,
        unit="ms",
        bound=COUNT_MS,
        bound_name="promise",
        ratio=value / COUNT_MS,
        holds=value < COUNT_MS,
        n=sum(map(len, measured.values())),
        spread=spread(worst),
        settings={**bench.settings, "runs": scale.listed_runs},
        promise=f"below {COUNT_MS:g} ms at {scale.listed_runs:,} runs, counted by state and reason, the worst of the "
        "same filters",
    )


def _counting(http: httpx.Client, asked: dict[str, str], asks: int) -> list[float]:
    """Count again and again, and return what each count took, in milliseconds."""
    times = []
    for _ in range(asks):
        began = time.perf_counter()
        http.get("/api/v1/runs/counts", params=asked).raise_for_status()
        times.append(1000 * (time.perf_counter() - began))
    return times


def _member(bench: Bench) -> dict[str, str]:
    """Make somebody who sees one of the projects, and return how they sign requests."""
    password = secrets.token_urlsafe(12)
    person = {"username": "reader", "password": password}
    bench.http.post("/api/v1/users", json=person).raise_for_status()
    bench.http.put("/api/v1/projects/project-77/members/reader", json={"role": "reader"}).raise_for_status()
    form = {"grant_type": "password", "client_id": "fieldstation", **person}
    token = bench.http.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form).raise_for_status()
    return {"Authorization": f"Bearer {token.json()['access_token']}"}


def _times(http: httpx.Client, parameters: dict[str, str], asks: int) -> list[float]:
    """Walk through a list, and return what each page took, in milliseconds."""
    times, after = [], None
    for _ in range(asks):
        page = {**parameters, **({"after": after} if after else {})}
        began = time.perf_counter()
        answer = http.get("/api/v1/runs", params=page).raise_for_status().json()
        times.append(1000 * (time.perf_counter() - began))
        after = answer.get("next")
    return times
