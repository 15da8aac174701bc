"""Loops that act in time."""
