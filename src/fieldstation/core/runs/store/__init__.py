"""All SQL of runs, each statement named."""
