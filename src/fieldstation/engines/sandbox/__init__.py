"""Runs in bubblewrap: namespaces, a system call filter, a read-only root, no network, limits by the kernel."""

from fieldstation.engines.sandbox.engine import SandboxEngine

__all__ = ["SandboxEngine"]
