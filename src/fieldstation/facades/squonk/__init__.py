"""The doors `/data-manager-api` and `/account-server-api`, as programs made for Squonk2 expect them.

Each is an application of its own with its own document. They speak of projects, runs and tools of the core; what they
promise beyond it (statuses, names, shapes) is decided here and nowhere else.
"""
