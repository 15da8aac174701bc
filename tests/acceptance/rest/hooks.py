"""What schemathesis is told about our station; it loads this module by its name in SCHEMATHESIS_HOOKS.

The file that FIELDSTATION_TEST_REST names holds what the test knows; how often each operation was asked is written
beside it at the end.
"""

import atexit
import io
import json
import os
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import schemathesis
from hypothesis import strategies as st

TOLD = Path(os.environ["FIELDSTATION_TEST_REST"])
KNOWN = json.loads(TOLD.read_text())
SECRETS: list[str] = KNOWN["secrets"]
OWN: list[str] = KNOWN["own"]  # names and ids of the one who asks, and of their token
asked: Counter[str] = Counter()
answered: Counter[str] = Counter()


def _tar(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


_NAMES = st.text("abcxyz019._-äÄ/ ", min_size=1, max_size=20)
schemathesis.openapi.media_type(
    "application/x-tar",
    st.dictionaries(_NAMES, st.binary(max_size=600), max_size=4).map(_tar) | st.binary(max_size=900),
)
schemathesis.openapi.media_type("application/offset+octet-stream", st.binary(max_size=40))
schemathesis.openapi.format("cursor", st.sampled_from(KNOWN["cursors"]))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Keep the stranger from locking itself out, and write numbers that came along a link as HTTP does."""
    for name, value in (case.headers or {}).items():
        case.headers[name] = value if isinstance(value, bytes) else str(value)
    parameters = case.path_parameters or {}
    changes = case.body if isinstance(case.body, dict) else {}
    if parameters.get("token_id") in OWN or (
        case.operation.label == "PATCH /api/v1/users/{reference}"
        and parameters.get("reference") in OWN
        and not changes.keys().isdisjoint({"suspended", "operator", "password"})
    ):
        case.path_parameters = dict.fromkeys(parameters, "nobody-at-all")


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    asked[case.operation.label] += 1
    answered[f"{case.operation.label} {response.status_code}"] += 1


@schemathesis.check
def tells_nothing_private(ctx: Any, response: Any, case: Any) -> None:
    """Who may see nothing of the private things learns no name and no id that was not in the request."""
    request = response.request
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    question = unquote(request.url) + body.decode("utf-8", "replace")
    answer = response.content.decode("utf-8", "replace") + unquote(str(dict(response.headers)))
    told = [secret for secret in SECRETS if secret in answer and secret not in question]
    assert not told, f"{response.status_code} tells {told}"
    path = unquote(request.url).partition("?")[0].partition("/members/")[0]  # who shares must hear whether one exists
    if response.status_code < 400:
        assert not [secret for secret in SECRETS if secret in path], "the answer admits that this exists"


@schemathesis.check
def is_unavailable_for_a_reason(ctx: Any, response: Any, case: Any) -> None:
    """Nothing is wrong with this station but the size of its disk."""
    if response.status_code == 503:
        assert response.json()["reason"] == "disk_full", response.text


@atexit.register
def _write_counts() -> None:
    counts = {"asked": asked, "answered": answered}
    TOLD.with_suffix(".counts.json").write_text(json.dumps(counts, indent=1))
