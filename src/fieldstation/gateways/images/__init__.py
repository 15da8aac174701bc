"""Container images: where they are fetched from, and the program that unpacks them inside the sandbox."""
