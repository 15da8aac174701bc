"""Runs in the client's own environment, not in ours: calls functions of `im-squonk2-client` as asked, one per line.

Reads `{"api", "name", "token", "arguments"}` as lines of JSON and writes what each call returned. `{"enum": [NAME,
MEMBER]}` among the arguments stands for a member of the client's enumerations, `{"path": TEXT}` for a path.
"""

import contextlib
import inspect
import json
import sys
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")

from squonk2 import enumerations  # noqa: E402
from squonk2.as_api import AsApi  # noqa: E402
from squonk2.auth import Auth  # noqa: E402
from squonk2.dm_api import DmApi  # noqa: E402

APIS: dict[str, type] = {"DmApi": DmApi, "AsApi": AsApi, "Auth": Auth}


def functions() -> dict[str, list[str]]:
    """Name every public function of each class."""
    return {
        name: [key for key, _ in inspect.getmembers(api, callable) if not key.startswith("_")]
        for name, api in APIS.items()
    }


def value_of(argument: Any) -> Any:
    """Return what an argument stands for."""
    if isinstance(argument, dict) and set(argument) == {"enum"}:
        kind, member = argument["enum"]
        return getattr(enumerations, kind)[member]
    if isinstance(argument, dict) and set(argument) == {"path"}:
        return Path(argument["path"])
    return argument


def call(request: dict[str, Any]) -> dict[str, Any]:
    """Make one call and write its result as plain values."""
    function = getattr(APIS[request["api"]], request["name"])
    arguments = {key: value_of(value) for key, value in request["arguments"].items()}
    if "access_token" in inspect.signature(function).parameters and request["token"] is not None:
        arguments["access_token"] = request["token"]
    with contextlib.redirect_stdout(sys.stderr):
        answer = function(**arguments)
    if not hasattr(answer, "success"):
        return {"value": answer if answer is None or isinstance(answer, str | list | tuple) else repr(answer)}
    return {"success": answer.success, "msg": answer.msg, "status": answer.http_status_code}


def main() -> None:
    """Answer requests until there are no more."""
    for api, url in zip((DmApi, AsApi), sys.argv[1:], strict=True):
        api.set_api_url(url)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer: dict[str, Any] = functions() if request["name"] == "functions" else call(request)
        except Exception as error:  # noqa: BLE001  (whatever it is, the test shall read it)
            answer = {"raised": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
