"""`fieldstation arrival reply`: the answer to a notice of arrival, with no station."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from fieldstation.cli.output import write_json
from fieldstation.core.recognition.model.document import MAX_BYTES
from fieldstation.core.recognition.model.findings import Fields, Findings
from fieldstation.core.recognition.model.moments import read_moment
from fieldstation.core.recognition.model.notices import read_notice
from fieldstation.core.recognition.model.replies import Outcome, reply
from fieldstation.kernel.errors import Invalid


class Code(StrEnum):
    """Why a product was not taken in, in the words of CNM."""

    VALIDATION = "VALIDATION_ERROR"
    PROCESSING = "PROCESSING_ERROR"
    TRANSFER = "TRANSFER_ERROR"


def arrival_reply(
    notice: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="NOTICE", help="The notice; - reads standard input.")
    ],
    failure: Annotated[Code | None, typer.Option(help="Say that it was not taken in, and why.")] = None,
    message: Annotated[str | None, typer.Option(help="What went wrong, for people.")] = None,
    catalog_id: Annotated[str | None, typer.Option(help="What the catalogue knows the product by.")] = None,
    catalog_url: Annotated[str | None, typer.Option(help="Where the catalogue shows the product.")] = None,
    received: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the notice came; now, if not said.")
    ] = None,
) -> None:
    """Print the reply to a notice of arrival; needs no station."""
    if failure is None and message is not None:
        raise typer.BadParameter("a message belongs to a failure", param_hint="--message")
    findings, name = Findings(), getattr(notice, "name", "-")
    found = read_notice(notice.read(MAX_BYTES + 1), name, findings)
    now = datetime.now(UTC)
    came = read_moment(Fields(findings, "--received", "", {"time": received}), "time") or now
    if found is not None and found.response is not None:
        findings.fault(name, "/response", "makes this a reply, and nobody replies to those")
    if found is None or findings.faults:
        problems = [one.problem for one in findings.faults]
        raise Invalid("There is nothing to reply to.", next_step=f"fst arrival check {name}", problems=problems)
    code = None if failure is None else failure.value
    outcome = Outcome(code=code, message=message, catalog_id=catalog_id, catalog_url=catalog_url)
    write_json(reply(found, outcome, received=came, completed=now))
