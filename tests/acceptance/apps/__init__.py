"""Applications, as people launch, open and end them."""
