"""Projects: where runs happen and whose members see them; everybody has one of their own."""
