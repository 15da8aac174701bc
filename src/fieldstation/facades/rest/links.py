"""What follows from an answer: OpenAPI links from what was made or listed to every operation on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PREFIX = "/api/v1"


@dataclass(frozen=True, kw_only=True)
class Follow:
    """From an answer of `operation` to all below the address `under` that needs no more parameters than `values`."""

    operation: str
    statuses: tuple[int, ...]
    under: str
    values: Mapping[str, str]  # runtime expressions of OpenAPI, or plain texts
    reads: bool = False  # whether only to what changes nothing


def _made(operation: str, statuses: tuple[int, ...], under: str, **values: str) -> Follow:
    return Follow(operation=operation, statuses=statuses, under=under, values=_in_body(values))


def _listed(operation: str, under: str, **values: str) -> Follow:
    return Follow(operation=operation, statuses=(200,), under=under, values=_in_body(values), reads=True)


def _asked(operation: str, under: str, *parameters: str) -> Follow:
    values = {name: f"$request.path.{name}" for name in parameters}
    return Follow(operation=operation, statuses=(204,), under=under, values=values)


def _in_body(values: Mapping[str, str]) -> Mapping[str, str]:
    """Read `/pointer` as what the answer holds there."""
    return {name: f"$response.body#{value}" if value.startswith("/") else value for name, value in values.items()}


_RUN = {"run_id": "/id", "other": "/id", "stream": "stdout"}
_VERSION = {"reference": "/dataset", "dataset": "/dataset", "number": "/number"}
_FOLLOWS = (
    _made("create_user", (201,), "/users/{reference}", reference="/id"),
    _listed("list_users", "/users/{reference}", reference="/items/0/id"),
    _made("create_token", (201,), "/tokens/{token_id}", token_id="/id"),  # noqa: S106 - where the id is found
    _made("create_group", (201,), "/groups/{name}", name="/name"),
    _listed("list_groups", "/groups/{name}", name="/items/0/name"),
    _asked("add_group_member", "/groups/{name}", "name", "username"),
    _made("create_project", (201,), "/projects/{reference}", reference="/id", username="everyone"),
    _listed("list_projects", "/projects/{reference}", reference="/items/0/id"),
    _asked("set_project_member", "/projects/{reference}/members", "reference", "username"),
    _asked("make_project_folder", "/projects/{reference}/folders/{path}", "reference", "path"),
    Follow(
        operation="put_project_file",
        statuses=(200, 201),
        under="/projects/{reference}/files/{path}",
        values={"reference": "$request.path.reference", "path": "$response.body#/path"},
    ),
    _made("list_tool_manifests", (200,), "/tool-manifests/{manifest_id}", manifest_id="/items/0/id"),
    _made("list_images", (200,), "/images/{image_id}", image_id="/items/0/id"),
    _asked("keep_secret", "/secrets/{name}/{key}", "name", "key"),
    _listed("list_tool_rates", "/tools/{reference}", reference="/items/0/id", version="/items/0/version"),
    _made("create_organisation", (201,), "/organisations/{reference}", reference="/id", username="/owner"),
    _listed("list_organisations", "/organisations/{reference}", reference="/items/0/id"),
    _made("create_unit", (201,), "/units/{reference}", reference="/id", username="/owner"),
    _listed("list_units", "/units/{reference}", reference="/items/0/id"),
    _made("create_product", (201,), "/products/{product}", product="/id"),
    _listed("list_products", "/products/{product}", product="/items/0/id"),
    _made("create_asset", (201,), "/assets/{asset}", asset="/id"),
    _listed("list_assets", "/assets/{asset}", asset="/items/0/id"),
    _made("remove_project", (202,), "/tasks/{task_id}", task_id="/task"),
    _listed("list_tasks", "/tasks/{task_id}", task_id="/items/0/id"),
    _made("launch_instance", (201,), "/instances/{instance_id}", instance_id="/id"),
    _made("launch_app", (201,), "/apps/{app_id}", app_id="/id"),
    _listed("list_apps", "/apps/{app_id}", app_id="/items/0/id"),
    _listed("list_applications", "/applications/{application}", application="/items/0/id"),
    _listed("list_instances", "/instances/{instance_id}", instance_id="/items/0/id"),
    _listed(
        "list_jobs",
        "/jobs/{collection}/{job}/{version}",
        collection="/items/0/collection",
        job="/items/0/job",
        version="/items/0/version",
    ),
    _made("create_workflow", (201,), "/workflows/{workflow_id}", workflow_id="/id"),
    _listed("list_workflows", "/workflows/{workflow_id}", workflow_id="/items/0/id"),
    _made("run_workflow", (201,), "/running-workflows/{running_id}", running_id="/id"),
    _listed("list_running_workflows", "/running-workflows/{running_id}", running_id="/items/0/id"),
    _made("create_dataset", (201,), "/datasets/{", reference="/id", username="everyone"),
    _listed("list_datasets", "/datasets/{", reference="/items/0/id"),
    _asked("set_dataset_member", "/datasets/{reference}/members", "reference", "username"),
    _made("trash_dataset", (200,), "/datasets/{reference}", reference="/id"),
    _made("add_version", (201,), "/datasets/{", **_VERSION),
    _listed("list_versions", "/datasets/{", **{name: f"/items/0{value}" for name, value in _VERSION.items()}),
    _made("search_catalogue", (200,), "/catalogue/{version}", version="/items/0/id"),
    _made("list_uploads", (200,), "/uploads/{", **{"upload": "/items/0/id", "Upload-Offset": "/items/0/offset"}),
    _made("publish_tool", (200, 201), "/tools/{reference}", reference="/id", version="/version", username="everyone"),
    _listed("list_tools", "/tools/{", reference="/items/0/id", version="/items/0/version"),
    _asked("set_tool_member", "/tools/{reference}/members", "reference", "username"),
    _made("submit_run", (200, 201), "/runs/{run_id}", **_RUN),
    _made("rerun", (200, 201), "/runs/{run_id}", **_RUN),
    _listed("list_runs", "/runs/{", run_id="/items/0/id", other="/items/0/id", stream="stdout"),
    _made("show_attention", (200,), "/attention/runs/{run_id}", run_id="/ended/0/id"),
    _listed("list_errors", "/station/errors/{error}", error="/items/0/id"),
    Follow(
        operation="list_files",
        statuses=(200,),
        under="/datasets/{reference}/versions/{number}/files/{path}",
        values={
            "reference": "$request.path.reference",
            "number": "$request.path.number",
            "path": "$response.body#/items/0/path",
        },
    ),
)


def add_links(document: Mapping[str, Any]) -> None:
    """Write the links into an OpenAPI document of ours."""
    operations = {
        operation["operationId"]: (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    for follow in _FOLLOWS:
        *_, source = operations[follow.operation]
        for status in follow.statuses:
            source["responses"][str(status)]["links"] = dict(_links(follow, operations))
    for name, (*_, operation) in operations.items():
        if any(parameter["name"] == "after" for parameter in operation.get("parameters", ())):
            _add_next_page(name, operation)


def _links(follow: Follow, operations: Mapping[str, tuple[str, str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, (method, path, operation) in operations.items():
        if follow.reads and method not in ("get", "head"):
            continue
        needed = [parameter for parameter in operation.get("parameters", ()) if _needed(parameter)]
        if path.startswith(_PREFIX + follow.under) and all(one["name"] in follow.values for one in needed):
            parameters = {f"{one['in']}.{one['name']}": follow.values[one["name"]] for one in needed}
            yield name, {"operationId": name, "parameters": parameters}


def _needed(parameter: Mapping[str, Any]) -> bool:
    return bool(parameter.get("required")) and "const" not in parameter["schema"]


def _add_next_page(name: str, operation: Mapping[str, Any]) -> None:
    path = {
        f"path.{parameter['name']}": f"$request.path.{parameter['name']}"
        for parameter in operation["parameters"]
        if parameter["in"] == "path"
    }
    link = {"operationId": name, "parameters": {**path, "query.after": "$response.body#/next"}}
    operation["responses"]["200"].setdefault("links", {})["next_page"] = link
