"""Molecules of the files of versions: read once for the same bytes, listed, and found by their structure."""
