"""Class probabilities: stated prior times the likelihoods of all pieces of evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from tocsin.identification.aircraft import flies_level
from tocsin.identification.classes import CLASSES, LAUNCHES, PRIOR_INFRARED, PRIOR_RADAR
from tocsin.identification.context import CONTEXT, PRIOR_WORDS, spent_stage
from tocsin.identification.drag import slowed
from tocsin.identification.evidence import PIECES
from tocsin.identification.features import Features
from tocsin.identification.lift import lifts
from tocsin.identification.pieces import Piece

_INFRARED = tuple(PRIOR_INFRARED[c] for c in CLASSES)
_RADAR = tuple(PRIOR_RADAR[c] for c in CLASSES)
LEAST = 1e-9
"""No piece of evidence says more than this against a class."""


class Identity(msgspec.Struct, frozen=True):
    """What an object is said to be, and why."""

    classes: dict[str, float]
    pieces: tuple[Piece, ...]

    @property
    def best(self) -> str:
        """Return the likeliest class (first in the order of `CLASSES` among equals)."""
        return max(CLASSES, key=self.classes.__getitem__)


def classify(features: Features) -> Identity:
    """Return the class probabilities of an object with the evidence kept."""
    pieces = tuple(
        piece for make in (*PIECES, flies_level, slowed, lifts, *CONTEXT) if (piece := make(features)) is not None
    )
    own = posterior(features, pieces)
    if features.vehicle is None:
        return Identity(own, pieces)
    pieces = (*pieces, spent_stage(features.vehicle, own))
    return Identity(posterior(features, pieces), pieces)


def without_notice(features: Features, identity: Identity) -> dict[str, float]:
    """Return the class probabilities of an object by what is measured alone: without notification, site or company."""
    return posterior(features, tuple(p for p in identity.pieces if p.name not in PRIOR_WORDS))


def posterior(features: Features, pieces: tuple[Piece, ...]) -> dict[str, float]:
    """Return the probability of each class: prior times the likelihoods of the pieces of evidence."""
    rows: list[Sequence[float]] = [_INFRARED if features.infrared_hits > 0 else _RADAR]
    for piece in pieces:
        values = list(map(piece.likelihood.__getitem__, CLASSES))
        # a dozen pieces of at least `LEAST` each stay far above the smallest number
        rows.append(values if min(values) > LEAST else [max(v, LEAST) for v in values])
    weights = [math.prod(column) for column in zip(*rows, strict=True)]
    total = sum(weights)
    return {c: round(w / total, 6) for c, w in zip(CLASSES, weights, strict=True)}


def explain(identity: Identity, looks: tuple[str, ...]) -> list[dict[str, object]]:
    """Return the evidence in order of weight as plain data: name, value, likelihood ratio for a launch, looks behind it."""
    rows = []
    for p in identity.pieces:
        ratio = round(p.ratio(LAUNCHES), 4)
        rows.append(
            (abs(math.log(max(ratio, LEAST))), {"name": p.name, "value": p.value, "ratio": ratio, "looks": list(looks)})
        )
    rows.sort(key=lambda row: -row[0])
    return [row for _, row in rows]
