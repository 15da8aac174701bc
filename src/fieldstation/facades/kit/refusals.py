"""Problem answers whose status or headers none of our errors has."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from fieldstation.facades.kit.problems import MEDIA_TYPE, ProblemOut
from fieldstation.kernel.errors import FieldstationError
from fieldstation.kernel.logs import request_id


def refused(status: int, error: FieldstationError, headers: Mapping[str, str] | None = None) -> Response:
    """Answer `error` with this status and these headers (RFC 9457)."""
    body = ProblemOut(
        type=f"urn:fieldstation:problem:{error.reason}",
        title=HTTPStatus(status).phrase if status in set(HTTPStatus) else error.reason.replace("_", " ").capitalize(),
        status=status,
        detail=error.text,
        instance=request_id.get(),
        reason=error.reason,
        fault=error.fault,
        next_step=error.next_step,
    )
    return Response(body.model_dump_json(), status_code=status, headers={**(headers or {}), "Content-Type": MEDIA_TYPE})
