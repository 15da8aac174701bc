"""Who asks, and what they may: users, tokens, signing keys, the one access table and the one rule over it."""
