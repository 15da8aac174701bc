"""Where things lie beside a manifest, on the hosts that people keep them on."""

import pytest

from fieldstation.core.tools.model.squonk.job import Job
from fieldstation.core.tools.model.squonk.places import beside, documentation

RAW = "https://raw.githubusercontent.com/acme/jobs/main/data-manager/manifest.yaml"
GITLAB = "https://gitlab.com/api/v4/projects/123/repository/files/data-manager%2Fmanifest.yaml/raw?ref=main"


@pytest.mark.parametrize(
    ("manifest", "file"),
    [
        (RAW, "https://raw.githubusercontent.com/acme/jobs/main/data-manager/a.yaml"),
        (GITLAB, "https://gitlab.com/api/v4/projects/123/repository/files/data-manager%2Fa.yaml/raw?ref=main"),
        (
            "https://gitlab.com/api/v4/projects/1/repository/files/manifest.yaml/raw",
            "https://gitlab.com/api/v4/projects/1/repository/files/a.yaml/raw",
        ),
        ("https://host/manifest.yaml?x=1", "https://host/a.yaml?x=1"),
        ("file:/definitions/manifest.yaml", "file:///definitions/a.yaml"),
    ],
)
def test_a_file_lies_beside_its_manifest(manifest: str, file: str) -> None:
    assert beside(manifest, "a.yaml") == file


@pytest.mark.parametrize(
    ("manifest", "said", "page"),
    [
        (RAW, None, "https://github.com/acme/jobs/blob/main/data-manager/docs/col/job.md"),
        (RAW, "other/page.md", "https://github.com/acme/jobs/blob/main/data-manager/docs/other/page.md"),
        (RAW, "https://example.org/page.md", "https://example.org/page.md"),
        (
            GITLAB,
            None,
            "https://gitlab.com/api/v4/projects/123/repository/files/data-manager%2Fdocs%2Fcol%2Fjob.md/raw?ref=main",
        ),
        (
            GITLAB.replace("123", "acme%2Fmore%2Fjobs"),
            None,
            "https://gitlab.com/acme/more/jobs/-/blob/main/data-manager/docs/col/job.md",
        ),
        (
            "https://host/git/api/v4/projects/acme%2Fjobs/repository/files/manifest.yaml/raw",
            "a b.md",
            "https://host/git/acme/jobs/-/blob/HEAD/docs/a%20b.md",
        ),
        ("https://host/dm/manifest.yaml", None, "https://host/dm/docs/col/job.md"),
    ],
)
def test_documentation_lies_where_its_author_says_or_by_custom(manifest: str, said: str | None, page: str) -> None:
    document = {"doc-url": said} if said else {}
    assert documentation(manifest, Job(collection="col", name="job", document=document)) == page
