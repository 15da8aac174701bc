"""Runs: one execution of a tool, from submit to a published, traceable result."""
