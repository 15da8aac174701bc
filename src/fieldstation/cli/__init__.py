"""Commands: server verbs, and user verbs that speak through `client`."""
