"""Rows of molecules."""
