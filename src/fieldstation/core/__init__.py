"""What the station knows and decides, one folder per feature."""
