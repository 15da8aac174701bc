"""What reads container images inside the sandbox: the standard library and nothing else, with names made for a run."""
