"""Loads the house rules of every test run; fixtures of tests live in tests/conftest.py."""

pytest_plugins = ["tests.closing"]
