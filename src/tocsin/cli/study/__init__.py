"""`tocsin study`: a scenario over many seeds, one line a seed, and what the lines say together."""
