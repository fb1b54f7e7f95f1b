"""What is it: class probabilities from named pieces of evidence, each a likelihood per class."""
