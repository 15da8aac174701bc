"""Runs as plain child processes: for macOS, and where there is no bubblewrap. Nothing is isolated."""

from fieldstation.engines.process.engine import ProcessEngine

__all__ = ["ProcessEngine"]
