"""What workflows are, and what follows from how far their steps are; pure."""
