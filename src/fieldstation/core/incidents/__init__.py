"""Errors that nobody expected, kept for those who operate the station."""
