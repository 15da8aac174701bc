"""What the client raises: the station's own words, or why it could not be reached."""

import json
from collections.abc import Mapping, Sequence

from fieldstation.kernel.errors import Fault, FieldstationError, Problem

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_FOUND = 3
EXIT_NOT_ALLOWED = 4

_EXITS = {404: EXIT_NOT_FOUND, 401: EXIT_NOT_ALLOWED, 403: EXIT_NOT_ALLOWED}


class ClientError(FieldstationError):
    """A request failed; `status` is the HTTP status, None when no answer came."""

    def __init__(
        self,
        text: str,
        *,
        next_step: str,
        reason: str,
        fault: Fault = Fault.YOURS,
        problems: Sequence[Problem] = (),
        status: int | None = None,
    ) -> None:
        super().__init__(text, next_step=next_step, reason=reason, fault=fault, problems=problems)
        self.status = status

    @property
    def exit_code(self) -> int:
        """The exit code of a command that ends with this error: 3 not found, 4 not allowed, else 1."""
        return _EXITS.get(self.status or 0, EXIT_FAILED)

    def document(self) -> dict[str, object]:
        """Write the error as the station writes its own (RFC 9457); `status` is absent when no answer came."""
        document: dict[str, object] = {"type": f"urn:fieldstation:problem:{self.reason}", "detail": self.text}
        if self.status is not None:
            document["status"] = self.status
        document |= {"reason": self.reason, "fault": self.fault.value, "next_step": self.next_step}
        document["problems"] = [{"where": problem.where, "text": problem.text} for problem in self.problems]
        return document


def unreachable(url: str, why: str) -> ClientError:
    """Return the error for a station that does not answer."""
    return ClientError(
        f"no station answers at {url} ({why})",
        next_step="start one with `fieldstation up`, or name another with `fieldstation login URL`",
        reason="unreachable",
        fault=Fault.PASSING,
    )


def not_an_address(url: str) -> ClientError:
    """Return the error for something that is no address of a station."""
    return ClientError(
        f"{url!r} is not the address of a station",
        next_step="write it like http://127.0.0.1:8080",
        reason="not_an_address",
    )


def refusal(status: int, body: bytes) -> ClientError:
    """Read the error that an answer of `status` carries; other servers' errors are told by their status."""
    problem = _problem(body)
    if problem is not None and "error_description" in problem:
        return _not_signed_in(problem, status)
    if problem is None:
        return ClientError(
            f"the answer was {status}, and not in a station's form",
            next_step="see whether the address is a station's: fieldstation login URL",
            reason="not_a_station",
            fault=Fault.OURS if status >= 500 else Fault.YOURS,
            status=status,
        )
    faults = problem.get("problems")
    return ClientError(
        str(problem.get("detail") or problem.get("title") or status),
        next_step=str(problem.get("next_step") or "look into the station's logs"),
        reason=str(problem.get("reason") or "error"),
        fault=_fault(problem.get("fault")),
        problems=[Problem(where=str(one["where"]), text=str(one["text"])) for one in faults]
        if isinstance(faults, list)
        else (),
        status=status,
    )


def _problem(body: bytes) -> Mapping[str, object] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and {"reason", "error_description"} & document.keys() else None


def _not_signed_in(problem: Mapping[str, object], status: int) -> ClientError:
    """Read an error of the issuer (RFC 6749, section 5.2); wrong credentials count as 401, which they are."""
    reason = str(problem.get("error"))
    return ClientError(
        str(problem["error_description"]),
        next_step="try again: fieldstation login",
        reason=reason,
        status=401 if reason == "invalid_grant" else status,
    )


def _fault(value: object) -> Fault:
    return next((fault for fault in Fault if fault.value == value), Fault.OURS)
