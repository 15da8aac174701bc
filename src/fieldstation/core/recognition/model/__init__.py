"""Values and rules of recognition: pure, and with no trust in what others wrote."""
