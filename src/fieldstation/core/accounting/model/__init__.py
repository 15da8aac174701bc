"""What products, billing periods and assets are: pure rules."""
