"""States, reasons and values of runs; pure."""
