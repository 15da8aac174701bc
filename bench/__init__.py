"""Measures what the station promises, each figure beside its bound in the same run: `make bench`."""
