"""Frozen figures: what moved, in numbers."""
