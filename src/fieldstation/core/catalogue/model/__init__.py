"""Values of the catalogue and the rules about them."""
