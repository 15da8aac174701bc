"""`fieldstation arrival check`: whether products would be recognised and taken, with no station."""

import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.arrival_report import Report, document, lines
from fieldstation.cli.user.verb import Session, pairs, plain
from fieldstation.core.recognition.model.arrivals import ABOUT
from fieldstation.core.recognition.model.checksums import manifest_of, sidecar_of
from fieldstation.core.recognition.model.document import MAX_BYTES, read_object
from fieldstation.core.recognition.model.entries import Configuration, read_configuration
from fieldstation.core.recognition.model.expectations import compare, is_expectation, read_expectations
from fieldstation.core.recognition.model.findings import Findings
from fieldstation.core.recognition.model.notices import is_notice, read_notice
from fieldstation.core.recognition.service import Inspector, files_in, product_directories
from fieldstation.ports.storage import PlaceRefused
from fieldstation.wiring.storages import places_below


@dataclass(frozen=True, kw_only=True)
class Manner:
    """By what is recognised and compared, and how strictly."""

    datasets: Annotated[
        str | None, typer.Option(metavar="FILE", help="The datasets.json that recognises the products.")
    ] = None
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="What a placeholder {{ NAME }} of datasets.json stands for."),
    ] = None
    files: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Where the files lie that notices name; they are compared.")
    ] = None
    expect: Annotated[
        str | None, typer.Option(metavar="FILE", help="How many products of which data set should have come.")
    ] = None
    quiet: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Leave a product until nothing of it changed for so long.")
    ] = 0
    strict: Annotated[bool, typer.Option("--strict", help="Take every doubt for a fault.")] = False


@plain
def arrival_check(
    session: Session,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…",
            help="Product directories, folders of them, datasets.json files, notices (CNM), manifests of checksums; "
            "- reads a document from standard input.",
            show_default=False,
        ),
    ],
    manner: Manner,
) -> None:
    """Check product directories, datasets.json files and notices of arrival; needs no station."""
    checker = _Checker(manner)
    if manner.datasets is not None:
        checker.use(manner.datasets)
    for path in paths:
        checker.check(Path(_absolute(path)))
    if manner.expect is not None:
        checker.compare(manner.expect)
    report = checker.report(strict=manner.strict)
    session.answer(document(report), lambda: "\n".join(lines(report)))
    if report.findings.faults:
        if not session.as_json:
            sys.stdout.flush()
            print("next: mend the faults and check again", file=sys.stderr)
        raise typer.Exit(1)


class _Checker:
    """Looks at one path after the other."""

    def __init__(self, manner: Manner) -> None:
        self._settings = pairs(manner.settings or [], "set")
        self._files = None if manner.files is None else _absolute(manner.files)
        self._quiet_seconds = manner.quiet
        self._configuration: Configuration | None = None
        self._report = Report()

    def report(self, *, strict: bool) -> Report:
        """Return what was found, each remark once."""
        found = self._report.findings
        first: dict[str, str] = {}
        for one in self._report.arrivals:
            found.take(one.findings)
            if (other := first.setdefault(one.path.rpartition("/")[2], one.path)) != one.path:
                found.warn(one.path, "/", f"comes twice: {other} has the same id")
        once = Findings(faults=list(dict.fromkeys(found.faults)), warnings=list(dict.fromkeys(found.warnings)))
        return replace(self._report, findings=once.strict() if strict else once)

    def use(self, file: str) -> None:
        """Recognise by this file from now on; what cannot be read recognises nothing."""
        data = self._read(file)
        found = None if data is None else read_configuration(data, file, self._settings, self._report.findings)
        self._configuration = found or Configuration(file=file, entries=(), skipped=())

    def check(self, path: Path) -> None:
        """Look at one directory or file."""
        if str(path) == "-":
            self._check_document("-")
        elif path.is_dir():
            self._check_folder(str(path))
        elif path.name.endswith(ABOUT) and path.parent.is_dir():
            self._check_folder(str(path.parent))
        elif manifest_of(path.name) or sidecar_of(path.name):
            self._check_sums(str(path))
        else:
            self._check_document(str(path))

    def compare(self, file: str) -> None:
        """Compare what came with what a list says should have come."""
        data, findings = self._read(file), self._report.findings
        expected = () if data is None else read_expectations(data, file, findings)
        came = [one.arrival for one in self._report.arrivals if one.arrival is not None]
        compare(expected, file, came, findings)

    def _check_folder(self, path: str) -> None:
        inspector, findings = self._inspector(path), self._report.findings
        before = len(findings.faults)
        try:
            found = product_directories(inspector.places, path, findings)
        except (OSError, PlaceRefused) as error:
            findings.fault(path, "/", f"cannot be read: {error}")
            return
        if not found and len(findings.faults) == before:
            findings.fault(path, "/", f"holds no product directory: one is a directory X with a file X{ABOUT}")
        for home, names in sorted(found.items()):
            if self._has_settled(inspector, home, names):
                self._report.arrivals.append(inspector.inspect(home, names))

    def _has_settled(self, inspector: Inspector, path: str, names: Sequence[str]) -> bool:
        if not self._quiet_seconds:
            return True
        seconds = datetime.now(UTC).timestamp() - inspector.last_change(path, names)
        if seconds < self._quiet_seconds:
            wait = f"wait until it is quiet for {self._quiet_seconds:g} s"
            self._report.findings.fault(path, "/", f"changed {seconds:.0f} s ago and was left alone: {wait}")
        return seconds >= self._quiet_seconds

    def _check_sums(self, path: str) -> None:
        """Compare the files beside a manifest or sidecar with it, and with it alone."""
        folder, _, source = path.rpartition("/")
        findings = self._report.findings
        try:
            there = files_in(self._inspector(folder).places, folder, findings)
        except (OSError, PlaceRefused) as error:
            findings.fault(path, "/", f"cannot be read: {error}")
            return
        names = [name for name in there if name == source or not (manifest_of(name) or sidecar_of(name))]
        self._report.checksums.append((path, self._inspector(folder).verify(folder, names, (), findings)))

    def _check_document(self, path: str) -> None:
        data, findings = self._read(path), self._report.findings
        content = None if data is None else read_object(data, path, findings)
        if data is None or content is None:
            return
        if is_expectation(content):
            self._report.expectations.append((path, read_expectations(data, path, findings)))
        elif "datasets" in content:
            found = read_configuration(data, path, self._settings, findings)
            self._report.configurations.extend([] if found is None else [found])
        elif is_notice(content):
            self._check_notice(path, data)
        else:
            findings.fault(path, "/", "is neither a datasets.json nor a notice of arrival (CNM) nor a reply to one")

    def _check_notice(self, path: str, data: bytes) -> None:
        notice = read_notice(data, path, self._report.findings)
        if notice is None:
            return
        self._report.notices.append((path, notice))
        if self._files is not None and notice.sent is not None:
            inspector = self._inspector(self._files)
            found = inspector.verify_sent(notice.sent, self._files, path, self._report.findings)
            self._report.checksums.append((path, found))

    def _inspector(self, root: str) -> Inspector:
        return Inspector(
            places=places_below(Path(root)), configuration=self._configuration, hostname=socket.gethostname()
        )

    def _read(self, path: str) -> bytes | None:
        try:
            with sys.stdin.buffer if path == "-" else Path(path).open("rb") as stream:
                return stream.read(MAX_BYTES + 1)
        except OSError as error:
            self._report.findings.fault(path, "/", f"cannot be read: {error.strerror or error}")
            return None


def _absolute(path: str) -> str:
    """Return the path from the root, as patterns see it: without `..`, links left as they are named; `-` is `-`."""
    if path == "-":
        return path
    try:
        path.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter(f"{path.encode(errors='backslashreplace').decode()} is not UTF-8") from None
    return os.path.normpath(Path(path).absolute())
