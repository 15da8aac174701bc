"""Data sets and versions over REST."""

import hashlib

from tests.integration.datasets.station import Person


def test_files_become_a_version(ada: Person) -> None:
    ada.make("rainfall", title="Rain", labels={"site": "north"})
    answer = ada.send("rainfall", {"2021/may.csv": b"a,b\n", "readme.md": b"# x"}, '{"year": 2021}')
    assert answer.status_code == 201, answer.text
    version = answer.json()
    assert (version["number"], version["file_count"], version["size"]) == (1, 2, 7)
    assert version["metadata"] == {"year": 2021}
    assert version["author"] == "ada"
    files = ada.client.get("/api/v1/datasets/rainfall/versions/1/files").json()["items"]
    assert files[0] == {
        "path": "2021/may.csv",
        "size": 4,
        "sha256": hashlib.sha256(b"a,b\n").hexdigest(),
        "media_type": "text/csv",
    }
    assert ada.client.get("/api/v1/datasets/rainfall").json()["latest"] == 1
