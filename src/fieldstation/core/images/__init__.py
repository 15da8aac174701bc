"""Container images that this station keeps: brought by operators, unpacked once, pinned by what they hold."""
