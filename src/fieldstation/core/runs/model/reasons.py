"""Why a run waits or how it failed: a typed enumeration, each with whose fault it is and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fieldstation.kernel.errors import Fault


class Reason(StrEnum):
    """Every reason a run can carry."""

    WAITING_FOR_SLOTS = "waiting_for_slots"
    WAITING_FOR_RETRY = "waiting_for_retry"
    NO_ENGINE = "no_engine"
    STOPPED_BY_USER = "stopped_by_user"
    EXIT_NONZERO = "exit_nonzero"
    OUT_OF_MEMORY = "out_of_memory"
    DISK_FULL = "disk_full"
    TOO_MANY_PROCESSES = "too_many_processes"
    SOFT_TIME_LIMIT = "soft_time_limit"
    TIME_LIMIT = "time_limit"
    INPUT_UNREADABLE = "input_unreadable"
    INPUT_CHANGED = "input_changed"
    NOT_ALLOWED = "not_allowed"
    IMAGE_NOT_FOUND = "image_not_found"
    COMMAND_NOT_FOUND = "command_not_found"
    LOG_LIMIT = "log_limit"
    OUTPUT_MISSING = "output_missing"
    OUTPUT_REFUSED = "output_refused"
    OUTPUT_TOO_LARGE = "output_too_large"
    OUTPUT_DATASET_GONE = "output_dataset_gone"
    STATION_FULL = "station_full"
    NODE_LOST = "node_lost"
    ENGINE_FAILED = "engine_failed"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a reason means to a person: a sentence, whose fault it is, the next step."""

    text: str
    fault: Fault
    next_step: str


_YOURS, _OURS, _PASSING = Fault.YOURS, Fault.OURS, Fault.PASSING

MEANINGS: Mapping[Reason, Meaning] = {
    Reason.WAITING_FOR_SLOTS: Meaning(
        text="all slots are taken",
        fault=_PASSING,
        next_step="wait; `fieldstation run explain` shows the place in the queue",
    ),
    Reason.WAITING_FOR_RETRY: Meaning(
        text="the attempt before ended and the next one waits for a slot",
        fault=_PASSING,
        next_step="wait; the events say why",
    ),
    Reason.NO_ENGINE: Meaning(
        text="no engine of this station can run it now",
        fault=_OURS,
        next_step="the operator sees with `fieldstation doctor` what the engines lack; the run starts by itself then",
    ),
    Reason.STOPPED_BY_USER: Meaning(
        text="it was canceled on request", fault=_YOURS, next_step="submit it again, or `fieldstation run rerun`"
    ),
    Reason.EXIT_NONZERO: Meaning(
        text="the program ended with an exit code other than 0",
        fault=_YOURS,
        next_step="read what it wrote: `fieldstation run logs`",
    ),
    Reason.OUT_OF_MEMORY: Meaning(
        text="it used more memory than its tool asks for",
        fault=_YOURS,
        next_step="submit again with more memory in `resources`, or give it less data",
    ),
    Reason.DISK_FULL: Meaning(
        text="it wrote more to /outputs than its tool asks for",
        fault=_YOURS,
        next_step="submit again with more disk in `resources`",
    ),
    Reason.TOO_MANY_PROCESSES: Meaning(
        text="it started more processes than its tool asks for",
        fault=_YOURS,
        next_step="submit again with more pids in `resources`, or look for a program that forks without end",
    ),
    Reason.SOFT_TIME_LIMIT: Meaning(
        text="it was still at work at its soft time limit and ended when asked to",
        fault=_YOURS,
        next_step="give the tool a longer limit, or it less data",
    ),
    Reason.TIME_LIMIT: Meaning(
        text="it was still at work at its time limit and was killed",
        fault=_YOURS,
        next_step="give the tool a longer limit, or it less data",
    ),
    Reason.INPUT_UNREADABLE: Meaning(
        text="an input was deleted, or may no longer be read by who submitted",
        fault=_YOURS,
        next_step="restore the data set or ask its owner, then submit again",
    ),
    Reason.INPUT_CHANGED: Meaning(
        text="an input registered in place is no longer what was registered",
        fault=_YOURS,
        next_step="register the data anew and submit on the new version",
    ),
    Reason.NOT_ALLOWED: Meaning(
        text="who submitted is suspended, or may no longer run work in its project",
        fault=_YOURS,
        next_step="ask the owner of the project or an operator, then submit again",
    ),
    Reason.IMAGE_NOT_FOUND: Meaning(
        text="no engine of this station has the image of the tool",
        fault=_YOURS,
        next_step="see what there is: `fieldstation image list`; operators bring it by `fieldstation image add`",
    ),
    Reason.COMMAND_NOT_FOUND: Meaning(
        text="the program named by the tool's command is not in its image, or cannot be executed",
        fault=_YOURS,
        next_step="correct the tool's `command` or `image`",
    ),
    Reason.LOG_LIMIT: Meaning(
        text="a log grew beyond what is kept; its beginning and its end are there",
        fault=_YOURS,
        next_step="have the program say less, or write what matters to a file in /outputs",
    ),
    Reason.OUTPUT_MISSING: Meaning(
        text="a required output matched no file",
        fault=_YOURS,
        next_step="see in the log why the program wrote none, or correct the tool's `outputs`",
    ),
    Reason.OUTPUT_REFUSED: Meaning(
        text="an output is not a plain file or has a name that no data set can hold",
        fault=_YOURS,
        next_step="have the program write plain files with plain names below /outputs",
    ),
    Reason.OUTPUT_TOO_LARGE: Meaning(
        text="the outputs are more than the quota of the data set's owner has room for",
        fault=_YOURS,
        next_step="free space (`fieldstation dataset trash`) or ask the operator for more, then submit again",
    ),
    Reason.OUTPUT_DATASET_GONE: Meaning(
        text="the data set for the outputs was deleted, or who submitted may no longer write to it",
        fault=_YOURS,
        next_step="name another one and submit again",
    ),
    Reason.STATION_FULL: Meaning(
        text="the station's own disk has no room for the outputs",
        fault=_OURS,
        next_step="the operator frees space (`fieldstation gc --plan`); then submit again",
    ),
    Reason.NODE_LOST: Meaning(
        text="its process vanished without evidence of how it ended",
        fault=_PASSING,
        next_step="submit again",
    ),
    Reason.ENGINE_FAILED: Meaning(
        text="the engine could not start it",
        fault=_OURS,
        next_step="tell the operator the run's id; `fieldstation doctor` helps",
    ),
}
