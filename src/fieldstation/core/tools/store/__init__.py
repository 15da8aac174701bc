"""All SQL of tools."""
