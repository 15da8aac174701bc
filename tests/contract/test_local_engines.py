"""The engines of this machine keep the contract of all engines."""

from fieldstation.testing.engine import EngineContract


class TestSandbox(EngineContract):
    entry_point = "fieldstation.engines.sandbox:SandboxEngine"


class TestProcess(EngineContract):
    entry_point = "fieldstation.engines.process:ProcessEngine"
