"""Metadata of data sets through the unmodified client; the format's own package is the judge."""

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation
from tests.acceptance.squonk import client
from tests.acceptance.squonk.client import Squonk
from tests.acceptance.squonk.jobs import done

HEAD = {
    "dataset_name",
    "dataset_id",
    "description",
    "created",
    "last_updated",
    "created_by",
    "metadata_version",
    "dataset_version",
    "annotations",
    "labels",
    "synchronised_datetime",
}


def judged(**request: Any) -> Any:
    """Ask the package."""
    python = client.metadata_environment()
    judge = Path(__file__).with_name("judge.py")
    asked = subprocess.run(
        [str(python), str(judge)], input=json.dumps(request), capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(asked.stdout)


@pytest.fixture
def dataset(ada: Squonk, tmp_path: Path) -> str:
    """A data set of hers with one version."""
    ada.accounts("create_personal_unit", billing_day=3)
    unit = ada.accounts_ok("get_personal_unit")["id"]
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    made = ada.dm_ok("upload_dataset", dataset_file=str(path), dataset_type="text/csv", unit_id=unit)
    done(ada, made["task_id"])
    found: str = made["dataset_id"]
    return found


def label(name: str, value: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "LabelAnnotation", "label": name, "value": value} | more


def noted(ada: Squonk, dataset: str, *labels: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Label a data set."""
    found: dict[str, Any] = ada.dm_ok("update_dataset_metadata", dataset_id=dataset, labels=json.dumps(labels), **more)
    return found


def test_what_we_write_the_package_reads_and_what_it_writes_we_read(ada: Squonk, bob: Squonk, dataset: str) -> None:
    written = judged(do="write")
    noted(ada, dataset, *written["labels"], meta_properties='[{"description": "Poses of May"}]')
    annotations = json.dumps(written["annotations"])
    changed = '[{"meta_property": "description", "value": "As docked"}]'
    first = ada.dm_ok(
        "update_dataset_version_metadata",
        dataset_id=dataset,
        dataset_version=1,
        annotations=annotations,
        meta_properties=changed,
    )
    of_dataset = ada.dm_ok("get_dataset_metadata", dataset_id=dataset)
    of_version = ada.dm_ok("get_dataset_version_metadata", dataset_id=dataset, dataset_version=1)
    assert first == of_version
    for found, number in ((of_dataset, 0), (of_version, 1)):
        assert set(found) == HEAD
        assert (found["dataset_name"], found["dataset_id"], found["dataset_version"]) == ("a.csv", dataset, number)
        assert (found["created_by"], found["metadata_version"]) == (ada.username, "0.0.1")
        for time in (found["created"], found["last_updated"], found["synchronised_datetime"]):
            assert datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%f").strftime("%Y-%m-%dT%H:%M:%S.%f") == time  # noqa: DTZ007
        assert judged(do="read", metadata=found)["again"] == found
    assert of_version["annotations"][:2] == written["annotations"]
    assert (of_version["annotations"][2]["previous_value"], of_version["description"]) == ("Poses of May", "As docked")
    assert of_dataset["labels"] == written["labels"]
    assert judged(do="read", metadata=of_dataset)["labels"] == {"#kind": "dock", "@from": None, "plain": "x"}
    assert of_dataset["description"] == "Poses of May"
    (change,) = of_dataset["annotations"]
    assert (change["meta_property"], change["previous_value"]) == ("description", "")

    schema = ada.dm_ok("get_dataset_schema", dataset_id=dataset, dataset_version=1)
    theirs = judged(do="schema", dataset=of_dataset, version=of_version)
    assert schema | {"labels": None} == theirs | {"labels": None}
    assert schema["labels"] == {"#kind": "dock", "@from": "", "plain": "x"}
    assert schema["fields"] == {
        "score": {"type": "number", "description": "how well it docks"},
        "rank": {"type": "integer", "description": ""},
    }
    assert schema["required"] == ["score"]

    for name, more in (
        ("get_dataset_metadata", {}),
        ("update_dataset_metadata", {"labels": "[]"}),
        ("get_dataset_version_metadata", {"dataset_version": 1}),
        ("update_dataset_version_metadata", {"dataset_version": 1, "annotations": "[]"}),
        ("get_dataset_schema", {"dataset_version": 1}),
    ):
        bob.refused("DmApi", name, 404, dataset_id=dataset, **more)


def test_labels_are_those_of_the_data_set_whichever_way_they_come(
    ada: Squonk, dataset: str, squonk_station: RunningStation
) -> None:
    noted(ada, dataset, label("Reviewed", "yes"), label("stays", ""), label("stays", "2"))
    with Station(squonk_station.url, ada.token) as known:
        assert known.datasets.show(dataset).labels == {"reviewed": "yes", "stays": "2"}
        known.datasets.edit(dataset, labels={"stays": "2", "new": "x", "A label of ours alone": "y"})
        found = ada.dm_ok("get_dataset_metadata", dataset_id=dataset)
        assert judged(do="read", metadata=found)["labels"] == {"stays": "2", "new": "x"}
        after = noted(ada, dataset, label("STAYS", "2", active=False))
        assert judged(do="read", metadata=after)["labels"] == {"new": "x"}
        assert known.datasets.show(dataset).labels == {"new": "x", "A label of ours alone": "y"}
    (listed,) = ada.dm_ok("get_available_datasets")["datasets"]
    assert listed["versions"][0]["labels"]["new"] == "x"


def test_fields_of_all_annotations_are_put_together(ada: Squonk, dataset: str) -> None:
    def fields(**told: Any) -> dict[str, Any]:
        return {"type": "FieldsDescriptorAnnotation", "fields": told}

    annotations = [
        fields(a={"type": "string", "required": True, "description": "first"}, b={"type": "null"}),
        fields(a={"type": "NUMBER", "required": False}, c={"type": "null", "active": False}),
    ]
    ada.dm_ok(
        "update_dataset_version_metadata", dataset_id=dataset, dataset_version=1, annotations=json.dumps(annotations)
    )
    schema = ada.dm_ok("get_dataset_schema", dataset_id=dataset, dataset_version=1)
    assert (schema["fields"], schema["required"]) == (
        {"a": {"type": "number", "description": "first"}, "b": {"type": "null", "description": ""}},
        ["a"],
    )
    of_dataset = ada.dm_ok("get_dataset_metadata", dataset_id=dataset)
    of_version = ada.dm_ok("get_dataset_version_metadata", dataset_id=dataset, dataset_version=1)
    assert judged(do="schema", dataset=of_dataset, version=of_version) == schema


BAD_LABELS = [
    "[",
    "1",
    "[1]",
    "[" * 5000,
    '[{"label": "\\u0000"}]',
    '[{"label": "a", "value": "\\ud800"}]',
    '[{"label": "a", "value": "\\u0000"}]',
    '[{"label": "a", "value": 1e999}]',
    '[{"label": "much-too"}]',
    '[{"label": "thirteen12345"}]',
    '[{"label": ""}]',
    '[{"label": "a b"}]',
    '[{"label": "{{ x }}"}]',
    '[{"value": "a"}]',
    '[{"label": "a", "active": "yes"}]',
    '[{"label": "a", "colour": "red"}]',
    '[{"label": "a", "created": "yesterday"}]',
    '[{"type": "FieldsDescriptorAnnotation", "label": "a"}]',
    json.dumps([{"label": "a", "value": "x" * 256}]),
    json.dumps([{"label": "a"}] * 1001),
]


def test_labels_that_are_none_are_refused_whole(ada: Squonk, dataset: str) -> None:
    for labels in BAD_LABELS:
        ada.refused("DmApi", "update_dataset_metadata", 400, dataset_id=dataset, labels=labels)
    assert ada.dm_ok("get_dataset_metadata", dataset_id=dataset)["labels"] == []


def test_annotations_that_are_none_are_refused_whole(ada: Squonk, dataset: str) -> None:
    service = dict.fromkeys(("service", "service_version", "service_user", "service_name", "service_ref"), "x")
    good = {"type": "ServiceExecutionAnnotation"} | service
    fields = {"type": "FieldsDescriptorAnnotation"}
    bad: dict[str, Any]
    for bad in (
        {"type": "LabelAnnotation", "label": "a"},
        {"label": "a"},
        good | {"service": ""},
        good | {"service_user": "x" * 81},
        good | {"service_ref": "x" * 256},
        good | {"service_parameters": [1]},
        {"type": "ServiceExecutionAnnotation"},
        fields | {"origin": "x" * 256},
        fields | {"fields": {"a": {}}},
        fields | {"fields": {"a": {"type": "text"}}},
        fields | {"fields": {"": {"type": "string"}}},
        fields | {"fields": {"x" * 51: {"type": "string"}}},
        fields | {"fields": {"a": {"type": "string", "description": "x" * 256}}},
        fields | {"fields": {"a": {"type": "string", "required": 1}}},
        fields | {"fields": {"a": "string"}},
        fields | {"fields": []} | {"other": 1},
        {"type": "PropertyChangeAnnotation", "meta_property": "description"},
    ):
        ada.refused(
            "DmApi",
            "update_dataset_version_metadata",
            400,
            dataset_id=dataset,
            dataset_version=1,
            annotations=json.dumps([good, bad]),
        )
    for changes in ('[{"dataset_name": "other"}]', '[{"description": 1}]', "[{}]", '["description"]', "{"):
        for name, more in (
            ("update_dataset_metadata", {}),
            ("update_dataset_version_metadata", {"dataset_version": 1}),
        ):
            ada.refused("DmApi", name, 400, dataset_id=dataset, meta_properties=changes, **more)
    metadata = ada.dm_ok("get_dataset_version_metadata", dataset_id=dataset, dataset_version=1)
    assert metadata["annotations"] == []
    for name in ("get_dataset_version_metadata", "get_dataset_schema"):
        ada.refused("DmApi", name, 404, dataset_id=dataset, dataset_version=2)
    with httpx.Client(base_url=ada.url, headers={"Authorization": f"Bearer {ada.token}"}) as http:
        assert http.get(f"/data-manager-api/dataset/{dataset}/meta/0").status_code == 400


def test_one_annotation_may_come_without_a_list(ada: Squonk, dataset: str) -> None:
    after = ada.dm_ok("update_dataset_metadata", dataset_id=dataset, labels='{"label": "alone"}')
    assert [one["label"] for one in after["labels"]] == ["alone"]
    assert ada.dm_ok("update_dataset_metadata", dataset_id=dataset) == after
