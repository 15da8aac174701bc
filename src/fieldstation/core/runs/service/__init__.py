"""What can be done with runs, one module for each deed."""
