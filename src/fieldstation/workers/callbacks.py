"""The loop that tells the states of instances to who asked for them, by PUT."""

from fieldstation.core.instances.service import Callbacks
from fieldstation.db import Database
from fieldstation.gateways.web import Web, WebRequest
from fieldstation.kernel.errors import Fault, FieldstationError
from fieldstation.kernel.logs import logger
from fieldstation.kernel.processes import process_name

log = logger(__name__)
_IDLE_SECONDS = 1.0
_HEARD = range(200, 300)
_HEADERS = {"Content-Type": "application/json"}


class Tell:
    """Makes callbacks; any number may work at once, of which the `patient` ask also who did not hear before."""

    def __init__(self, database: Database, callbacks: Callbacks, web: Web, *, patient: bool) -> None:
        self._database = database
        self._callbacks = callbacks
        self._web = web
        self._patient = patient

    def step(self) -> float:
        """Make one callback; returns how long there is nothing to do."""
        callback = self._database.retrying(lambda tx: self._callbacks.claim(tx, process_name(), patient=self._patient))
        if callback is None:
            return _IDLE_SECONDS
        why, hopeless = self._told(WebRequest(url=callback.url, method="PUT", headers=_HEADERS, body=callback.content))
        with self._database.begin() as tx:
            if why is None:
                self._callbacks.sent(tx, callback)
            else:
                self._callbacks.failed(tx, callback, why, hopeless=hopeless)
        if why is not None:
            log.warning("callback not heard", instance=callback.instance_id, tries=callback.failures + 1, why=why)
        return 0.0

    def _told(self, request: WebRequest) -> tuple[str | None, bool]:
        """Send; return why it was not heard, if so, and whether trying again is for nothing."""
        try:
            answer = self._web.ask(request)
        except FieldstationError as error:
            return error.text, error.fault is Fault.YOURS
        return (None if answer.status in _HEARD else f"it was answered with {answer.status}"), False
