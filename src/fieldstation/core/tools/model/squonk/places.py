"""Where things lie beside a manifest: the definition files that it names, and what tells about its jobs."""

import re
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from fieldstation.core.tools.model.squonk.job import Job

_GITHUB_RAW, _GITHUB = "raw.githubusercontent.com", "github.com"
_REF_AT = 3  # /owner/repository/REF/path...
_RAW = "/raw"  # how the path of a file in GitLab's API ends
_IN_GITLAB = re.compile(r"(?P<root>.*)/api/v4/projects/(?P<project>[^/]+)/repository/files/(?P<path>.+)/raw")


def beside(manifest_url: str, path: str) -> str:
    """Return the address of what lies at `path` beside a manifest, its query as it was."""
    parts = urlsplit(manifest_url)
    if _in_gitlab(parts):
        encoded = parts.path.removesuffix(_RAW)
        place = max(encoded.lower().rfind("%2f") + len("%2f"), encoded.rfind("/") + 1)
        return parts._replace(path=f"{encoded[:place]}{quote(path, safe='')}{_RAW}").geturl()
    return parts._replace(path=f"{parts.path.rpartition('/')[0]}/{quote(path)}").geturl()


def documentation(manifest_url: str, job: Job) -> str:
    """Return where people read about a job: as its author says, else where it lies by custom."""
    said = job.document.get("doc-url")
    if said is not None and said.startswith("https"):
        return str(said)
    return _for_people(beside(manifest_url, f"docs/{said or f'{job.collection}/{job.name}.md'}"))


def _for_people(address: str) -> str:
    """Return the page that shows a file instead of the file, where its host has one.

    A project that is named by its number alone has none that could be told from here.
    """
    parts = urlsplit(address)
    if found := _IN_GITLAB.fullmatch(parts.path):
        project, path = unquote(found["project"]), unquote(found["path"])
        if "/" in project:
            (ref, *_) = parse_qs(parts.query).get("ref", ["HEAD"])
            page = f"{found['root']}/{quote(project)}/-/blob/{quote(ref)}/{quote(path)}"
            return parts._replace(path=page, query="").geturl()
    if parts.hostname != _GITHUB_RAW:
        return address
    steps = parts.path.split("/")
    return parts._replace(netloc=_GITHUB, path="/".join([*steps[:_REF_AT], "blob", *steps[_REF_AT:]])).geturl()


def _in_gitlab(parts: SplitResult) -> bool:
    return "/repository/files/" in parts.path and parts.path.endswith(_RAW)
