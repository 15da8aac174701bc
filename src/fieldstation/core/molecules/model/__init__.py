"""What is known of molecules, and the arithmetic of their fingerprints."""
