"""Lists of one person and of one project among 1,000 projects, 100 people and 100,000 instances with their tasks.

Through our own API page by page, and through the Data Manager's door as its clients ask: everything at once. What the
reader sees is older than nearly all of the rest and is all there at a tenth of the rows, so that each list answers the
same then and at the end: a list that takes longer at the end reads what is not the reader's.
"""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import httpx
import psycopg

from bench.report import Figure, percentile, spread
from bench.scale import Scale
from bench.stations import Bench, station

LIST_MS = 60.0
_FLAT = 1.5  # so many times what it took at a tenth of the rows, and
_FLAT_MS = 5.0  # so much more, which is noise of the machine, may the middle of a list take
_PAGE = 100
_PROJECT = "project-7"
_FILES = 100
_PEOPLE, _PROJECTS = 100, 1000
_SHARE = 10  # projects of each person
_ASKS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("/api/v1/projects", {}),
    (f"/api/v1/projects/{_PROJECT}/files", {}),
    ("/api/v1/instances", {}),
    ("/api/v1/instances", {"project": _PROJECT}),
    ("/api/v1/tasks", {}),
    ("/api/v1/tasks", {"project": _PROJECT}),
    ("/data-manager-api/project", {}),
    (f"/data-manager-api/project/{_PROJECT}", {}),
    ("/data-manager-api/file", {"project_id": _PROJECT}),
    ("/data-manager-api/instance", {"project_id": _PROJECT}),
    ("/data-manager-api/instance", {}),
    ("/data-manager-api/task", {"project_id": _PROJECT}),
    ("/data-manager-api/task", {}),
)
Times = Mapping[str, Sequence[float]]
_GROUND = f"""
    INSERT INTO principal (id, kind) SELECT 1000 + n, 'user' FROM generate_series(1, {_PEOPLE}) n;
    INSERT INTO station_user (id, principal, iss, sub, username, operator, space, created_at)
    SELECT 'user-' || n, 1000 + n, 'local', 'user-' || n, 'person' || n, false, 'project-' || n, now()
      FROM generate_series(1, {_PEOPLE}) n;
    INSERT INTO project (id, name, owner, personal, created_at)
    SELECT 'project-' || n, 'project ' || n, 'user-' || (n % {_PEOPLE} + 1), false, now()
      FROM generate_series(1, {_PROJECTS}) n;
    INSERT INTO access (kind, thing, principal, role)
    SELECT 'project', 'project-' || n, 1000 + n % {_PEOPLE} + 1, 'owner' FROM generate_series(1, {_PROJECTS}) n
"""
_STAMP = """left(time, 8) || '-' || right(time, 4) || '-7' || lpad(to_hex(n %% 4096), 3, '0') || '-8000-'
        || lpad(to_hex(n), 12, '0')"""
_WORK = f"""
    WITH numbered AS (
        SELECT n, 'project-' || CASE WHEN n <= %(seen)s THEN 7 + n %% {_SHARE} * {_PEOPLE}
                                     WHEN n %% {_PEOPLE} = 6 THEN n %% {_PROJECTS} + 2
                                     ELSE n %% {_PROJECTS} + 1 END AS project,
               'user-' || (n %% {_PEOPLE} + 1) AS person, now() AS at,
               lpad(to_hex(cast(extract(epoch FROM now() - (%(all)s - n) * interval '1 second') * 1000 AS bigint)), 12,
                    '0') AS time
          FROM generate_series(%(first)s::int, %(last)s::int) n
    ), runs AS (
        INSERT INTO run (id, project_id, user_id, username, tool_id, tool_name, tool_version, revision, parameters,
            resources, priority, state, max_attempts, retry_on, soft_seconds, hard_seconds, grace_seconds, reuse,
            reuse_parts, request_id, created_at, queued_at, started_at, ended_at, attempts)
        SELECT 'run-' || {_STAMP}, project, person, person, t.id, t.name, '1.0.0', 'x', '{{}}', '{{}}', 5,
               'succeeded', 1, '{{}}', 60, 60, 5, false, '{{}}', '', at, at, at, at, 1
          FROM numbered, (SELECT id, name FROM tool LIMIT 1) t
    ), tasks AS (
        INSERT INTO task (id, user_id, purpose, purpose_id, project_id, removal, state, done, exit_code, moves, events,
            created_at, done_at)
        SELECT 'task-' || {_STAMP}, person, 'instance', 'instance-' || {_STAMP}, project, false, 'success', true,
               0, 2, 0, at, at FROM numbered
    )
    INSERT INTO instance (id, run_id, task_id, project, user_id, name, job, collection, job_name, job_version, title,
        nextflow, specification, outputs, command, followed, ended_at)
    SELECT 'instance-' || {_STAMP}, 'run-' || {_STAMP}, 'task-' || {_STAMP}, project, person, 'work', 1, 'im-test',
           'nop', '1.0.0', 'Do nothing', false, '{{}}', '{{}}', 'true', 'succeeded', at FROM numbered
"""


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `projects.list_p95`."""
    with station() as bench:
        with psycopg.connect(bench.database_url, autocommit=True) as connection:
            for statement in _GROUND.split(";"):
                connection.execute(statement)
        _lay_files(bench)
        headers = _member(bench)
        with httpx.Client(base_url=bench.url, headers=headers, timeout=60) as http:
            few = _filled(bench, http, scale, (1, scale.instances // 10))
            many = _filled(bench, http, scale, (scale.instances // 10 + 1, scale.instances))
            for address in ("/api/v1/instances", "/api/v1/tasks"):
                _walk(http, address, scale.instances // _PEOPLE)
    yield _figure(bench, scale, few, many)


def _figure(bench: Bench, scale: Scale, few: Times, many: Times) -> Figure:
    """Judge the worst list, and whether each is as fast at all of the rows as at a tenth."""
    value, worst, asked = max((percentile(times, 0.95), times, asked) for asked, times in many.items())
    grown = [name for name, times in many.items() if median(times) > _FLAT * median(few[name]) + _FLAT_MS]
    return Figure(
        name="projects.list_p95",
        value=value,
        unit="ms",
        bound=LIST_MS,
        bound_name="promise",
        ratio=value / LIST_MS,
        holds=value < LIST_MS and not grown,
        n=sum(map(len, many.values())),
        spread=spread(worst),
        settings={
            **bench.settings,
            "instances": scale.instances,
            "worst": asked,
            "not flat": grown,
            "p95": {name: round(percentile(times, 0.95), 1) for name, times in many.items()},
            "p50": {name: round(median(times), 1) for name, times in many.items()},
            "p50 at a tenth": {name: round(median(times), 1) for name, times in few.items()},
        },
        promise=f"below {LIST_MS:g} ms among {_PROJECTS:,} projects of {_FILES} files, {_PEOPLE} people and"
        f" {scale.instances:,} instances and tasks, the worst list of one person or one project, and as fast as among"
        f" a tenth of them",
    )


def _filled(bench: Bench, http: httpx.Client, scale: Scale, numbers: tuple[int, int]) -> Times:
    """Add work of these numbers, then ask for every list again and again; return what each took, in milliseconds."""
    with psycopg.connect(bench.database_url, autocommit=True) as connection:
        values = {"first": numbers[0], "last": numbers[1], "all": scale.instances, "seen": scale.instances // _PEOPLE}
        connection.execute(_WORK, values)
        for table in ("run", "task", "instance", "access", "project"):
            connection.execute(f"VACUUM ANALYZE {table}".encode())
    found = {}
    for address, asked in _ASKS:
        times = []
        for _ in range(scale.asks):
            began = time.perf_counter()
            http.get(address, params=dict(asked)).raise_for_status()
            times.append(1000 * (time.perf_counter() - began))
        found[f"{address} {' '.join(asked)}".strip()] = times
    return found


def _walk(http: httpx.Client, address: str, count: int) -> None:
    """Walk a list by key to its end; ValueError unless it tells everything that there is, once and newest first."""
    ids: list[str] = []
    page: dict[str, str | int] = {"limit": _PAGE}
    while True:
        found = http.get(address, params=page).raise_for_status().json()
        ids += [one["id"] for one in found["items"]]
        if not found.get("next"):
            break
        page["after"] = found["next"]
    if len(ids) != count or ids != sorted(set(ids), reverse=True):
        raise ValueError(f"{address} walked to its end tells {len(ids)} of {count}, or some twice, or in no order")


def _lay_files(bench: Bench) -> None:
    for number in range(1, _PROJECTS + 1):
        folder = bench.data / "projects" / f"project-{number}"
        folder.mkdir()
        for file in range(_FILES):
            (folder / f"file-{file}.csv").touch()


def _member(bench: Bench) -> dict[str, str]:
    """Make somebody who is in as many projects as each person, and return how they sign requests."""
    person = {"username": "reader", "password": secrets.token_urlsafe(12)}
    bench.http.post("/api/v1/users", json=person).raise_for_status()
    for number in range(_SHARE):
        address = f"/api/v1/projects/project-{7 + number * _PEOPLE}/members/reader"
        bench.http.put(address, json={"role": "editor"}).raise_for_status()
    form = {"grant_type": "password", "client_id": "fieldstation", **person}
    token = bench.http.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form).raise_for_status()
    own = {"Authorization": f"Bearer {token.json()['access_token']}"}
    lasting = bench.http.post("/api/v1/tokens", json={"name": "bench"}, headers=own).raise_for_status()
    return {"Authorization": f"Bearer {lasting.json()['token']}"}
