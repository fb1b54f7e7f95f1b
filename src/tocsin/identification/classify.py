"""Class probabilities: stated prior times the likelihoods of all pieces of evidence."""

from __future__ import annotations

import math

import msgspec

from tocsin.identification.classes import CLASSES, LAUNCHES, PRIOR_INFRARED, PRIOR_RADAR
from tocsin.identification.evidence import PIECES, Features, Piece


class Identity(msgspec.Struct, frozen=True):
    """What an object is said to be, and why."""

    classes: dict[str, float]
    pieces: tuple[Piece, ...]

    @property
    def best(self) -> str:
        """Return the likeliest class (first in the order of `CLASSES` among equals)."""
        return max(CLASSES, key=lambda c: self.classes[c])


def classify(features: Features) -> Identity:
    """Return the class probabilities of an object with the evidence kept."""
    prior = PRIOR_INFRARED if features.infrared_hits > 0 else PRIOR_RADAR
    logs = {c: math.log(prior[c]) for c in CLASSES}
    pieces: list[Piece] = []
    for make in PIECES:
        piece = make(features)
        if piece is None:
            continue
        pieces.append(piece)
        for c in CLASSES:
            logs[c] += math.log(max(piece.likelihood[c], 1e-9))
    top = max(logs.values())
    weights = {c: math.exp(v - top) for c, v in logs.items()}
    total = sum(weights.values())
    return Identity({c: round(w / total, 6) for c, w in weights.items()}, tuple(pieces))


def explain(identity: Identity, looks: tuple[str, ...]) -> list[dict[str, object]]:
    """Return the evidence in order of weight as plain data: name, value, likelihood ratio for a launch, looks behind it."""
    rows = [
        {"name": p.name, "value": p.value, "ratio": round(p.ratio(LAUNCHES), 4), "looks": list(looks)}
        for p in identity.pieces
    ]
    rows.sort(key=lambda r: -abs(math.log(max(float(str(r["ratio"])), 1e-9))))
    return rows
