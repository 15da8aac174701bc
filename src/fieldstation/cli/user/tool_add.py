"""`tool add`: a native definition, or the pairs of HySDS documents among some files."""

from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.tool_hysds import documents_in
from fieldstation.cli.user.verb import Session, plain
from fieldstation.client import ClientError
from fieldstation.client.things import Tool
from fieldstation.core.tools.model.hysds.pair import DocumentFile, pairs_of, read_pair
from fieldstation.core.tools.model.hysds.published import written_pair

_Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE…",
        help="A native definition (YAML), or a job-spec and hysds-io of HySDS, of which there may be several.",
        show_default=False,
    ),
]


def add(
    session: Session,
    files: _Files,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="Of HySDS documents, which name none themselves.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="For everyone; operators may.")] = False,
) -> None:
    """Publish a tool under the version that its definition names."""
    documents, others = documents_in(files)
    if documents and others:
        raise typer.BadParameter(f"{others[0]} is none of HySDS's documents; add it by itself", param_hint="FILE…")
    if len(others) > 1:
        raise typer.BadParameter("one native definition is added at a time", param_hint="FILE…")
    texts = _pairs(documents, version) if documents else [Path(others[0]).read_text(encoding="utf-8")]
    published = [session.station.tools.publish(text, public=public) for text in texts]
    answer = published[0] if len(published) == 1 else {"items": published}
    session.answer(answer, lambda: "\n".join(map(_shown, published)))


command = plain(add)


def _shown(tool: Tool) -> str:
    return f"{tool.name}@{tool.version}  {tool.revision}"


def _pairs(documents: list[DocumentFile], version: str | None) -> list[str]:
    """Return what is sent for each pair; nothing is sent when one of them is unsound."""
    texts: list[str] = []
    for read in map(read_pair, pairs_of(documents)):
        if read.tool is None:
            told = [f"{file}: {problem.where} {problem.text}" for file, problem in (*read.faults, *read.warnings)]
            raise ClientError(
                f"{read.pair.name} cannot be published: {told[0] if told else 'one half of it is missing'}",
                next_step=f"fieldstation tool check {' '.join(one.file for one in read.pair.files)}",
                reason="definition_invalid",
            )
        label = version or read.tool.version
        if label is None:
            raise typer.BadParameter(f"say which version of {read.tool.name} this is", param_hint="--version")
        texts.append(written_pair(read.tool.name, label, read.tool.spec.document, read.tool.io.document))
    return texts
