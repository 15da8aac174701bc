"""Native tool definitions: what they say, whether they are sound, and the command they make."""
