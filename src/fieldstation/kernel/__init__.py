"""Ids, clock, errors, paging, logs: what every other room stands on. Imports nothing of ours."""
