"""Where a run's process lives; engines know nothing of our database, doors or features."""
