"""Instances: jobs that were launched in projects, as people follow them."""
