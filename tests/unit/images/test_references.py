"""What images are called."""

import pytest

from fieldstation.core.images.model import names_of, parse
from fieldstation.kernel.errors import Invalid

_DIGEST = "sha256:" + "a1" * 32


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.13-slim", "docker.io/library/python:3.13-slim"),
        ("informaticsmatters/vs-prep:1.0", "docker.io/informaticsmatters/vs-prep:1.0"),
        ("index.docker.io/library/python:3", "docker.io/library/python:3"),
        ("ghcr.io/acme/deep/count:2", "ghcr.io/acme/deep/count:2"),
        ("GHCR.io/acme/count:2", "ghcr.io/acme/count:2"),
        ("localhost:5000/count", "localhost:5000/count:latest"),
        ("localhost/count", "localhost/count:latest"),
        ("host:5000/count:1", "host:5000/count:1"),
        (f"python@{_DIGEST}", f"docker.io/library/python@{_DIGEST}"),
        (f"python:3@{_DIGEST}", f"docker.io/library/python@{_DIGEST}"),
    ],
)
def test_a_name_is_completed_as_container_tools_complete_it(written: str, full: str) -> None:
    assert str(parse(written)) == full
    assert parse(full) == parse(str(parse(full)))


@pytest.mark.parametrize(
    "odd", ["", "Python", "a b", "python:", "python:a b", "python@sha256:12", "../python", "a//b", "x" * 600, "a:b:c"]
)
def test_what_is_no_name_is_refused(odd: str) -> None:
    with pytest.raises(Invalid):
        parse(odd)


def test_an_archive_may_call_it_by_what_is_short_for_it() -> None:
    assert {"docker.io/library/python:3", "python:3", "library/python:3", "3"} == set(names_of(parse("python:3")))
