"""What applications are."""
