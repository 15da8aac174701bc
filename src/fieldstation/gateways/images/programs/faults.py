"""What ends the reading of an image."""

MALFORMED = 65  # the exit code where the image is at fault


class Malformed(Exception):
    """The image is not what it says, or more than may be read; the text says what, for its author."""
