"""Things of one person that nobody else may see, with names that occur nowhere else."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx

PASSWORD = "correct horse battery staple"
MARK = "quokka"  # in every name
_TOKEN = "/auth/realms/fieldstation/protocol/openid-connect/token"
_PATIENCE_SECONDS = 90.0
_TOOL = {
    "kind": "Tool", "name": f"{MARK}-tool", "version": "1.0.0", "title": f"{MARK} title", "image": "host:",
    "command": ["/bin/echo", f"{MARK}-printed"], "outputs": {"all": {"glob": "**", "required": False}},
    "limits": {"soft_seconds": 50, "hard_seconds": 60},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Private:
    """What the owner has: by parameter of the interface, and every name and id as one list."""

    named: Mapping[str, list[str]]
    secrets: list[str]


def signed_in(url: str, username: str, password: str) -> httpx.Client:
    """Return a client of this user, by a service token that outlives a long test."""
    form = {"grant_type": "password", "client_id": "fieldstation", "username": username, "password": password}
    http = httpx.Client(base_url=url, timeout=_PATIENCE_SECONDS)
    http.headers["Authorization"] = f"Bearer {_ok(http.post(_TOKEN, data=form))['access_token']}"
    token = _ok(http.post("/api/v1/tokens", json={"name": "tests"}))["token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return http


def own_names(http: httpx.Client) -> list[str]:
    """Return what a person and their token are called in addresses."""
    me = _ok(http.get("/api/v1/me"))
    return [me["id"], me["username"], "me", *(token["id"] for token in _ok(http.get("/api/v1/tokens"))["items"])]


def make_private(admin: httpx.Client, reader: str) -> Private:
    """Make a person with one of everything; `reader` may read it, nobody else."""
    owner_name = f"{MARK}-owner"
    owner = _ok(admin.post("/api/v1/users", json={"username": owner_name, "password": PASSWORD}))
    _ok(admin.post("/api/v1/groups", json={"name": f"{MARK}-group"}))
    _ok(admin.put(f"/api/v1/groups/{MARK}-group/members/{owner_name}"))
    paying = {"name": f"{MARK} institute", "owner": owner_name}
    organisation = _ok(admin.post("/api/v1/organisations", json=paying))
    with closing(signed_in(str(admin.base_url), owner_name, PASSWORD)) as http:
        made = {**_things(http), **_books(http, organisation["id"]), "organisation": organisation}
        for kind, thing in (("datasets", "dataset"), ("projects", "project"), ("tools", "tool")):
            _ok(http.put(f"/api/v1/{kind}/{made[thing]['id']}/members/{reader}", json={"role": "reader"}))
        everything = [owner, *made.values(), *_events(http, made["run"]["id"])]
    secrets = sorted({text for thing in everything for text in _texts(thing) if _telling(text)})
    return Private(
        named={
            "path.reference": [
                *(made[kind]["id"] for kind in ("dataset", "project", "tool", "organisation", "unit")),
                f"{MARK}-rain",
            ],
            "path.product": [made["product"]["id"]],
            "path.asset": [made["asset"]["id"]],
            "path.dataset": [made["dataset"]["id"]],
            "path.number": ["1"],
            "path.path": [f"{MARK}/may.csv"],
            "path.run_id": [made["run"]["id"]],
            "path.instance_id": [made["instance"]["id"]],
            "path.task_id": [made["task"]["id"]],
            "query.about": [made["task"]["purpose_id"]],
            "path.upload": [made["upload"]["id"]],
            "path.token_id": [made["token"]["id"]],
            "path.name": [f"{MARK}-group"],
            "path.username": [owner_name, "everyone", reader],
            "query.thing": [made["dataset"]["id"], made["tool"]["id"], made["project"]["id"]],
            "query.user": [owner_name],
            "query.project": [made["project"]["id"]],
            "query.unit": [made["unit"]["id"], f"{MARK} unit"],
            "query.organisation": [made["organisation"]["id"]],
            "query.scope_id": [made["unit"]["id"]],
        },
        secrets=secrets,
    )


def _things(http: httpx.Client) -> dict[str, Any]:
    made = {
        "dataset": _ok(http.post("/api/v1/datasets", json={"name": f"{MARK}-rain", "labels": {"at": f"{MARK}-hill"}})),
        "project": _ok(http.post("/api/v1/projects", json={"name": f"{MARK}-project"})),
        "token": _ok(http.post("/api/v1/tokens", json={"name": f"{MARK}-token"})),
    }
    gone = _ok(http.post("/api/v1/projects", json={"name": f"{MARK}-gone"}))
    removal = _ok(http.delete(f"/api/v1/projects/{gone['id']}"))
    made["task"] = _ok(http.get(f"/api/v1/tasks/{removal['task']}", params={"wait_seconds": 60}))
    made["version"] = _ok(
        http.post(f"/api/v1/datasets/{MARK}-rain/versions", files=[("files", (f"{MARK}/may.csv", b"quokka,1\n"))])
    )
    made["file"] = _ok(http.get(f"/api/v1/datasets/{MARK}-rain/versions/1/files"))
    put = http.put(f"/api/v1/projects/{made['project']['id']}/files/{MARK}/may.csv", content=b"quokka,1\n")
    made["project_file"] = _ok(put)
    job = {"collection": "im-test", "job": "nop", "version": "1.0.0"}
    launch = {"project": made["project"]["id"], "name": f"{MARK} job", "job": job}
    made["instance"] = _ok(http.get(f"/api/v1/instances/{_ok(http.post('/api/v1/instances', json=launch))['id']}"))
    yaml = {"Content-Type": "application/yaml"}
    made["tool"] = _ok(http.post("/api/v1/tools", content=json.dumps(_TOOL), headers=yaml))
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "9"}
    assert http.post("/api/v1/uploads", headers=tus).status_code == 201
    made["upload"] = _ok(http.get("/api/v1/uploads"))["items"][0]
    body = {"tool": f"{MARK}-tool", "name": f"{MARK}-run", "output": {"dataset": f"{MARK}-result"}}
    made["run"] = _final(http, _ok(http.post("/api/v1/runs", json=body))["id"])
    made["attempts"] = _ok(http.get(f"/api/v1/runs/{made['run']['id']}/attempts"))
    return made


def _books(http: httpx.Client, organisation: str) -> dict[str, Any]:
    unit = {"name": f"{MARK} unit", "billing_day": 1}
    made = {"unit": _ok(http.post(f"/api/v1/organisations/{organisation}/units", json=unit))}
    product = {"type": "project_tier", "unit": made["unit"]["id"], "name": f"{MARK} tier", "flavour": "gold"}
    asset = {"scope": "unit", "scope_id": made["unit"]["id"], "name": f"{MARK}-key", "content": f"{MARK} says so"}
    made["product"] = _ok(http.post("/api/v1/products", json=product))
    made["asset"] = _ok(http.post("/api/v1/assets", json=asset))
    return made


def _final(http: httpx.Client, run_id: str) -> Any:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (run := _ok(http.get(f"/api/v1/runs/{run_id}", params={"wait_seconds": 20})))["state"] != "succeeded":
        assert time.monotonic() < deadline, run
    return run


def _events(http: httpx.Client, run_id: str) -> list[Any]:
    return list(_ok(http.get(f"/api/v1/runs/{run_id}/events"))["items"])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _telling(text: str) -> bool:
    """Tell whether a text is a name or an id that stands for something private."""
    kind, _, rest = text.partition("-")
    return MARK in text or (kind.isalpha() and len(rest) == 36 and rest.count("-") == 4)


def _ok(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None
