"""A piece of evidence, and the shapes of likelihood that pieces are made of."""

from __future__ import annotations

import math

import msgspec

from tocsin.identification.classes import CLASSES, UNKNOWN_LIKELIHOOD


class Piece(msgspec.Struct, frozen=True):
    """One piece of evidence: its name, what was measured, and the likelihood of that under every class."""

    name: str
    value: str
    likelihood: dict[str, float]

    def ratio(self, a: tuple[str, ...]) -> float:
        """Return the likelihood ratio of the best of the classes `a` against the best of all others."""
        mine = max([self.likelihood[c] for c in a])
        others = max([v for c, v in self.likelihood.items() if c not in a and c != "unknown"])
        return mine / max(others, 1e-12)


def spread(default: float, **named: float) -> dict[str, float]:
    """Return a likelihood for every class: `default`, the named ones, and the constant of `unknown`."""
    out = dict.fromkeys(CLASSES, default)
    out.update(named)
    out["unknown"] = UNKNOWN_LIKELIHOOD
    return out


def give(likelihood: dict[str, float], classes: tuple[str, ...], value: float) -> None:
    """Set the likelihood of several classes."""
    for c in classes:
        likelihood[c] = value


def falls_off(x: float, limit: float, width: float) -> float:
    """Return 1 below `limit` and a Gaussian tail of `width` above it, never under 1e-4."""
    return 1.0 if x <= limit else max(math.exp(-0.5 * ((x - limit) / width) ** 2), 1e-4)


def rises_to(x: float, limit: float, width: float) -> float:
    """Return 1 above `limit` and a Gaussian tail of `width` below it, never under 1e-4."""
    return 1.0 if x >= limit else max(math.exp(-0.5 * ((limit - x) / width) ** 2), 1e-4)
