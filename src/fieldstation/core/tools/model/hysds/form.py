"""A hysds-io: where the values of a job's parameters come from, who may start it, and how."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fieldstation.core.tools.model.hysds.notes import Keys, Notes, kind_of
from fieldstation.core.tools.model.validation import BadPattern, compile_pattern
from fieldstation.kernel.canonical import Json

JPATH = "dataset_jpath:"
EVERYBODY = "_all"
OPERATORS = ("ops",)  # who may start a job that names nobody
REGISTERED = ("id", "job-specification", "job-version", "resource")
KNOWN = ("params", "component", "label", "submission_type", "enable_dedup", "action-type", "allowed_accounts")
_SPELT = ("action_type", "submission-type", "allowed-accounts")
_OF_SPEC = "belongs to the job-spec"
_ELSEWHERE = dict.fromkeys(
    (
        *("disable_post_builtins", "disable_pre_builtins", "recommended-queues", "recommended_queues"),
        *(
            "required_queues",
            "required-queues",
            "soft_time_limit",
            "time_limit",
            "disk_usage",
            "command",
            "pre",
            "post",
        ),
    ),
    _OF_SPEC,
)
_OF_PARAM = (
    *("name", "from", "value", "type", "default", "optional", "placeholder", "enumerables", "lambda"),
    "version_regex",
)


class Origin(StrEnum):
    """Where the value of a parameter comes from."""

    VALUE = "value"  # it is written in the document
    SUBMITTER = "submitter"  # whoever starts the job, or the rule, gives it
    DATASET = "dataset_jpath"  # it lies in the record of the data set or job
    PASSTHROUGH = "passthrough"  # it is part of the rule itself


class ParamType(StrEnum):
    """What a parameter is in a form, which also says how its text is read."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    ENUM = "enum"
    EMAIL = "email"
    TEXTAREA = "textarea"
    REGION = "region"
    CONTAINER_VERSION = "container_version"
    JOBSPEC_VERSION = "jobspec_version"
    HYSDSIO_VERSION = "hysdsio_version"
    OBJECT = "object"


VERSIONS = (ParamType.CONTAINER_VERSION, ParamType.JOBSPEC_VERSION, ParamType.HYSDSIO_VERSION)


class Submission(StrEnum):
    """How many jobs a query leads to."""

    ITERATION = "iteration"  # one for each hit
    INDIVIDUAL = "individual"  # one for all


class Action(StrEnum):
    """What may start a job."""

    ON_DEMAND = "on-demand"
    TRIGGER = "trigger"
    BOTH = "both"


class Component(StrEnum):
    """On which screen a job is offered."""

    DATA = "tosca"
    JOBS = "figaro"


@dataclass(frozen=True, kw_only=True)
class IoParam:
    """One parameter. `path` is the way into a hit; with `fixed`, `value` counts whatever `origin` says."""

    name: str
    origin: Origin
    path: str = ""
    type: ParamType = ParamType.TEXT
    fixed: bool = False
    value: Json = None
    default: Json = None
    optional: bool = False
    placeholder: str | None = None
    choices: tuple[str, ...] = ()
    text: str | None = None  # of its lambda
    version_regex: str | None = None


@dataclass(frozen=True, kw_only=True)
class HysdsIo:
    """A hysds-io that was read. `submission` is None where the rule decides."""

    document: Mapping[str, Json]
    params: tuple[IoParam, ...] = ()
    component: Component = Component.DATA
    label: str | None = None
    submission: Submission | None = None
    enable_dedup: bool = True
    action: Action = Action.BOTH
    accounts: tuple[str, ...] = OPERATORS

    @property
    def names(self) -> frozenset[str]:
        """The names of its parameters."""
        return frozenset(param.name for param in self.params)

    @property
    def passes_query(self) -> bool:
        """Whether the query itself is given to the job."""
        return any(param.name == "query" and param.origin is Origin.PASSTHROUGH for param in self.params)

    @property
    def reads_hits(self) -> bool:
        """Whether a value lies in the hits, so that the query has to be asked."""
        return any(param.origin is Origin.DATASET for param in self.params)

    def admits(self, account: str, *, operator: bool) -> bool:
        """Tell whether an account may start it: operators always, others where they are named or everybody is."""
        return operator or EVERYBODY in self.accounts or account in self.accounts

    def submission_for(self, *, passes_query: bool) -> Submission:
        """Return how many jobs a query leads to."""
        return self.submission or (Submission.INDIVIDUAL if passes_query else Submission.ITERATION)


def read_io(document: Mapping[str, Any], notes: Notes) -> HysdsIo:
    """Read a hysds-io. Never raises: what is wrong is in `notes`, and with a fault there the result is of no use."""
    keys = Keys(notes, document)
    keys.ignore((*KNOWN, *_SPELT, *REGISTERED), _ELSEWHERE)
    if document.get("params") is None:
        notes.passed("/params", "is missing, and is read as an empty list")
    params = keys.each("params", _param)
    for place, param in enumerate(params):
        if param.name in {one.name for one in params[:place]}:
            notes.warn(f"/params/{place}", f"{param.name} stands there before; the first one counts")
    component = keys.choice(("tosca", "figaro", "mozart", "grq"), "tosca", "component")
    submission = keys.choice(tuple(Submission), "", "submission_type", "submission-type")
    accounts = keys.texts("allowed_accounts", "allowed-accounts")
    dedup = keys.flag("enable_dedup")
    return HysdsIo(
        document=document,
        params=params,
        component=Component.JOBS if component in ("figaro", "mozart") else Component.DATA,
        label=keys.text("label") or None,
        submission=Submission(submission) if submission else None,
        enable_dedup=True if dedup is None else dedup,
        action=Action(keys.choice(tuple(Action), Action.BOTH, "action-type", "action_type")),
        accounts=OPERATORS if accounts is None else accounts,
    )


def _param(keys: Keys) -> IoParam | None:
    keys.ignore(_OF_PARAM, {"destination": _OF_SPEC})
    name, said = keys.text("name"), keys.text("from")
    if not name:
        keys.notes.fault(keys.path("name"), "is missing: every parameter has a name")
    origin, path = _origin(keys, said)
    if not name or origin is None:
        return None
    kind = _type(keys)
    if origin is Origin.VALUE and "value" not in keys.document:
        keys.notes.fault(keys.path("value"), "is missing: from is `value`, so the value must stand here")
    return IoParam(
        name=name,
        origin=origin,
        path=path,
        type=kind,
        fixed="value" in keys.document,
        value=keys.document.get("value"),
        default=_default(keys, kind),
        optional=bool(keys.flag("optional")),
        placeholder=keys.text("placeholder"),
        choices=_choices(keys, kind),
        text=keys.text("lambda"),
        version_regex=_version_regex(keys, kind),
    )


def _origin(keys: Keys, said: str | None) -> tuple[Origin | None, str]:
    if said is not None and said.startswith(JPATH):
        return Origin.DATASET, said.removeprefix(JPATH)
    if said in (Origin.VALUE, Origin.SUBMITTER, Origin.PASSTHROUGH):
        return Origin(said), ""
    told = "is missing" if said is None else f"is {said[:60]!r}"
    keys.notes.fault(
        keys.path("from"), f"{told}; it must be value, submitter, passthrough, or dataset_jpath: and a path"
    )
    return None, ""


def _type(keys: Keys) -> ParamType:
    said = keys.text("type")
    if said is None or said in list(ParamType):
        return ParamType(said or "text")
    keys.notes.passed(keys.path("type"), f"is {said[:40]!r}, which is no type that is known, and is read as text")
    return ParamType.TEXT


def _default(keys: Keys, kind: ParamType) -> Json:
    value: Json = keys.document.get("default")
    wanted = list | dict if kind is ParamType.OBJECT else str
    if value is not None and not isinstance(value, wanted):
        told = "a list or a mapping" if kind is ParamType.OBJECT else "text"
        keys.notes.passed(keys.path("default"), f"should be {told}, not {kind_of(value)}")
    return value


def _choices(keys: Keys, kind: ParamType) -> tuple[str, ...]:
    listed = keys.document.get("enumerables")
    if kind is ParamType.ENUM and not listed:
        keys.notes.passed(keys.path("enumerables"), "is missing: an enum without choices takes any text")
    if isinstance(listed, list) and not all(isinstance(one, str) for one in listed):
        keys.notes.passed(keys.path("enumerables"), "should be texts; numbers are read as text")
        return tuple(str(one) for one in listed)
    choices = keys.texts("enumerables") or ()
    if len(set(choices)) < len(choices):
        keys.notes.passed(keys.path("enumerables"), "names a choice more than once")
    return tuple(dict.fromkeys(choices))


def _version_regex(keys: Keys, kind: ParamType) -> str | None:
    pattern = keys.text("version_regex")
    if pattern is None:
        if kind in VERSIONS:
            keys.notes.passed(keys.path("version_regex"), f"is missing: {kind} without it offers every version")
        return None
    try:
        compile_pattern(pattern)
    except BadPattern as error:
        keys.notes.fault(keys.path("version_regex"), f"is a pattern that is not read: {error}")
    return pattern
