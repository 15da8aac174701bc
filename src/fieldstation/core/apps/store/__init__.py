"""The SQL of applications."""
