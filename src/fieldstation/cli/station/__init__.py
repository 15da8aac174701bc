"""Verbs of the station itself: run it, stop it, mend it."""
