"""Workflows: jobs that follow one another, and how they run."""
