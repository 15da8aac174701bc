"""All SQL of people."""
