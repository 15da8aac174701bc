"""The Python client of a station; light imports only."""
