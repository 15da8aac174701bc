"""All SQL of instances."""
