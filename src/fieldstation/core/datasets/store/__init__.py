"""The statements of data sets."""
