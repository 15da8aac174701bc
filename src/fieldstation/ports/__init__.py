"""What the station demands of its parts: protocols and frozen values only."""
