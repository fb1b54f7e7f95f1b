"""Random numbers by name: each source has its own stream, so that taking one away changes no other."""

import zlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator of a named source of a scenario: same seed and names, same numbers."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32("/".join(names).encode())]))
