"""Jobs as Squonk2 defines them: manifests, definition files, what a caller fills in, and what would run."""
