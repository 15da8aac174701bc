"""Runs as people read them."""

from fieldstation.cli.output import ago, count, details, lasting, printable, table
from fieldstation.client import ClientError, Station
from fieldstation.client.things import Comparison, Explanation, Reason, Run, RunInput, RunOutput
from fieldstation.kernel.errors import Fault


def line(station: Station, run: Run) -> str:
    """Write a run on one line: its id, its state, and the version that it made."""
    made = f"  {_version(station, run.output)}" if run.output else ""
    again = f"  (the result of {run.reused_from})" if run.reused_from else ""
    return f"{run.id}  {run.state}{made}{again}"


def facts(station: Station, run: Run) -> str:
    """Write everything about a run."""
    return details(
        [
            ("id", run.id),
            ("name", run.name),
            ("state", run.state),
            ("reason", _reason(run.reason) if run.reason else None),
            ("next", run.reason.next_step if run.reason else None),
            ("tool", f"{run.tool.name}@{run.tool.version} (revision {run.tool.revision[:12]})"),
            ("parameters", "\n".join(f"{name}: {value}" for name, value in run.parameters.items())),
            ("inputs", "\n".join(_input(station, one) for one in run.inputs)),
            ("output", _version(station, run.output) if run.output else None),
            ("image", run.image),
            ("reused", run.reused_from),
            ("rerun of", run.rerun_of),
            ("by", run.submitted_by),
            ("submitted", ago(run.created_at)),
            ("took", took(run)),
            ("attempts", str(run.attempts)),
            ("exit code", None if run.exit_code is None else str(run.exit_code)),
        ]
    )


def took(run: Run) -> str:
    """Write how long a run took, once it is over."""
    return lasting((run.ended_at - run.started_at).total_seconds()) if run.ended_at and run.started_at else ""


def explained(found: Explanation) -> str:
    """Write why a run is as it is."""
    lines = [f"{found.run.id} is {found.run.state}"]
    if found.waiting:
        lines.append(f"it waits because {found.waiting.text}")
        if found.waiting.ahead is not None:
            lines.append(f"{count(found.waiting.ahead, 'run')} before it")
        if found.waiting.estimate_seconds is not None:
            lines.append(f"it may start in about {lasting(found.waiting.estimate_seconds)}")
    if found.ended:
        lines.append(_reason(found.ended))
    lines.append(found.reuse.text)
    if found.reuse.differs:
        lines.append(f"compared with {found.reuse.nearest}, it differs in {', '.join(found.reuse.differs)}")
    steps = [one.next_step for one in (found.waiting, found.ended) if one]
    return printable("\n".join([*lines, *(f"next:  {step}" for step in steps)]))


def compared(found: Comparison) -> str:
    """Write how the outputs of two runs differ."""
    if found.identical:
        return f"identical: {count(len(found.files), 'file')}, every byte the same"
    differing = [[one.path, one.change] for one in found.files if one.change != "same"]
    return table(["path", "change"], differing) if differing else "every file is the same, but they ended differently"


def unsuccessful(run: Run) -> ClientError:
    """Return the error that a command ends with when its run did not succeed."""
    reason = run.reason
    own = reason is None or reason.reason == "exit_nonzero"
    return ClientError(
        f"{run.id} {'was ' if run.state == 'canceled' else ''}{run.state}{f': {_reason(reason)}' if reason else ''}",
        next_step=f"fieldstation run logs {run.id}" if own or reason is None else reason.next_step,
        reason=reason.reason if reason else run.state,
        fault=Fault(reason.fault) if reason else Fault.YOURS,
    )


def _reason(reason: Reason) -> str:
    return f"{reason.text} ({reason.message})" if reason.message else reason.text


def _input(station: Station, one: RunInput) -> str:
    name = one.name or _name(station, one.dataset)
    return f"{one.slot}: {name}@{one.number}{f':{one.path}' if one.path else ''}"


def _version(station: Station, made: RunOutput) -> str:
    return f"{made.name or _name(station, made.dataset)}@{made.number}"


def _name(station: Station, dataset: str) -> str:
    """Return the name of a data set by its id; the id itself when it may not be seen any more."""
    try:
        return station.datasets.show(dataset).name
    except ClientError:
        return dataset
