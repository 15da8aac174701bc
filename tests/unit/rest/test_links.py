"""The links of /openapi.json lead everywhere."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from fieldstation.settings import load_settings
from fieldstation.wiring.station import build_station

Operation = Mapping[str, Any]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Mapping[str, Any]]:
    """The descriptions of our own API and of the doors, ours first."""
    data: Path = tmp_path_factory.mktemp("data")
    station = build_station(load_settings(data=data), "postgresql://nowhere/none", ["api"])
    doors = [route.app for route in station.app.routes if isinstance(route, Mount)]
    found = [app.openapi() for app in (station.app, *doors) if isinstance(app, FastAPI)]
    station.close()
    return found


@pytest.fixture(scope="module")
def operations(documents: Sequence[Mapping[str, Any]]) -> Mapping[str, Operation]:
    document = documents[0]
    found = [operation for methods in document["paths"].values() for operation in methods.values()]
    return {operation["operationId"]: operation for operation in found}


def links(operations: Mapping[str, Operation]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, operation in operations.items():
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                yield name, link


def test_what_is_sent_has_names_for_people(documents: Sequence[Mapping[str, Any]]) -> None:
    """Two shapes of one name would be told by the modules that they lie in."""
    names = [name for document in documents for name in document["components"]["schemas"]]
    assert len(documents) > 1
    assert [name for name in names if "__" in name] == []


def test_every_operation_on_a_thing_follows_from_another(operations: Mapping[str, Operation]) -> None:
    on_things = {name for name, operation in operations.items() if "path" in places(operation)}
    assert on_things <= {link["operationId"] for _, link in links(operations)}


def test_links_give_parameters_that_exist(operations: Mapping[str, Operation]) -> None:
    for source, link in links(operations):
        target = operations[link["operationId"]]
        known = {f"{one['in']}.{one['name']}" for one in target["parameters"]}
        needed = {f"path.{one['name']}" for one in target["parameters"] if one["in"] == "path"}
        assert needed <= set(link["parameters"]) <= known, (source, link)


def test_who_must_sign_in_is_told_how(operations: Mapping[str, Operation]) -> None:
    open_to_all = {name for name, operation in operations.items() if "security" not in operation}
    assert open_to_all == {"describe_uploads", "healthz", "readyz", "metrics"}


def places(operation: Operation) -> set[str]:
    return {parameter["in"] for parameter in operation.get("parameters", ())}
