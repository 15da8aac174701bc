"""Actions as people may see them: looked up, and followed as they come."""
