"""Published definitions of what can be run: checked, versioned, and turned into an argument list."""
