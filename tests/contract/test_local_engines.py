"""The engines of this machine keep the contract of all engines."""

import os
import select
from typing import Any

from fieldstation.testing.engine import EngineContract
from fieldstation.testing.engine.canceling import Canceling
from fieldstation.testing.engine.restarts import Restarting
from fieldstation.testing.engine.running import Running
from tests.integration.engines.sandbox import needs_bubblewrap


@needs_bubblewrap
class TestSandbox(EngineContract):
    entry_point = "fieldstation.engines.sandbox:SandboxEngine"


class TestProcess(EngineContract):
    entry_point = "fieldstation.engines.process:ProcessEngine"


class TestProcessWithoutDescriptorsOfProcesses(Running, Canceling, Restarting):
    """As on macOS, whose kernel has neither pidfd nor epoll."""

    entry_point = "fieldstation.engines.process:ProcessEngine"

    def setup_method(self) -> None:
        self.taken: list[tuple[Any, str, Any]] = []
        for module, name in ((os, "pidfd_open"), (os, "memfd_create"), (select, "epoll")):
            self.taken.append((module, name, getattr(module, name)))
            delattr(module, name)
        super().setup_method()

    def teardown_method(self) -> None:
        super().teardown_method()
        for module, name, value in self.taken:
            setattr(module, name, value)
