"""Quiet time: what sensors of the world report in a year without an attack, drawn at the rates at which it happens."""
