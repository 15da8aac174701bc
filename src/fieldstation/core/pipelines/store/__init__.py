"""All SQL of workflows."""
