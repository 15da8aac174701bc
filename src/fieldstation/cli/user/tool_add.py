"""`tool add`: a native definition, or pairs of HySDS documents; the station looks into them."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldstation.cli.user.verb import Session
from fieldstation.client import ClientError
from fieldstation.client.things import Tool

_HALF = re.compile(r"(job-spec|hysds-io)\.json(?:\.(.+))?")
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE…",
        help="A native definition (YAML), or job-spec.json.NAME and hysds-io.json.NAME of HySDS, also of several jobs.",
        show_default=False,
    ),
]
Version = Annotated[
    str | None, typer.Option("--version", metavar="VERSION", help="Of HySDS documents, which name none themselves.")
]


def add(
    session: Session,
    files: Files,
    version: Version = None,
    public: Annotated[bool, typer.Option("--public", help="For everyone; operators may.")] = False,
) -> None:
    """Publish a tool under the version that its definition names."""
    if any(_HALF.fullmatch(file.name) for file in files):
        texts = [json.dumps(pair, indent=2, ensure_ascii=False) for pair in _pairs(files, version)]
    elif len(files) == 1:
        texts = [files[0].read_text(encoding="utf-8")]
    else:
        raise typer.BadParameter("one native definition is added at a time", param_hint="FILE…")
    published = [session.station.tools.publish(text, public=public) for text in texts]
    answer = published[0] if len(published) == 1 else {"items": published}
    session.answer(answer, lambda: "\n".join(map(_shown, published)))


def _shown(tool: Tool) -> str:
    return f"{tool.name}@{tool.version}  {tool.revision}"


def _pairs(files: Sequence[Path], version: str | None) -> Iterator[dict[str, Any]]:
    """Yield what is sent for each pair, by the folders and names of its files."""
    found: dict[tuple[Path, str], dict[str, Any]] = {}
    for file in files:
        named = _HALF.fullmatch(file.name)
        if named is None:
            raise typer.BadParameter(f"{file} is neither a job-spec nor a hysds-io; add it by itself")
        found.setdefault((file.parent, named[2] or ""), {})[named[1]] = _document(file)
    for (folder, name), halves in found.items():
        if missing := sorted({"job-spec", "hysds-io"} - set(halves)):
            wanted = f"{missing[0]}.json{f'.{name}' if name else ''}"
            raise typer.BadParameter(f"{folder / wanted} belongs to them, and is not named", param_hint="FILE…")
        label = version or halves["job-spec"].get("job-version")
        if label is None:
            raise typer.BadParameter(f"say which version of {name or 'the job'} this is", param_hint="--version")
        own = name or folder.resolve().parent.name  # of a repository with one job, which lies in its folder docker
        yield {"kind": "HysdsJob", "name": own, "version": label, **halves}


def _document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        document, told = None, str(error)
    else:
        told = "it must be a mapping"
    if not isinstance(document, dict):
        raise ClientError(
            f"{file} is no document of HySDS: {told}",
            next_step=f"fieldstation tool check {file}",
            reason="definition_invalid",
        )
    return document
