"""What instances are, and what their programs say of themselves."""
