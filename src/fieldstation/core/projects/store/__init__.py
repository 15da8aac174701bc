"""All SQL of projects."""
