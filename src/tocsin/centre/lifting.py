"""What the centre remembers of a body that lifts: since when it is said to glide, and how it does."""

from __future__ import annotations

import math

import msgspec
import numpy.typing as npt
from numpy import float64

from tocsin.core.constants import NS
from tocsin.identification.features import Lift
from tocsin.prediction.glide import Glide
from tocsin.tracking.bank import Track
from tocsin.tracking.bank_kernels import GLIDING
from tocsin.tracking.gliding import Air, Anchor, air_of, keep_anchor
from tocsin.tracking.tracker import Tracker

SURE, IN_A_ROW, APART_S = 9.0, 2, 2.0
"""A body is said to glide when so many judgements in a row, so far apart, give odds (ln) of so much for lift against none."""
LEARNS = 0.3
"""Share of the newest figure in the ratio, the coefficient and the bank that are held."""
LN_BETA_LEAST = 0.2


class Lifting(msgspec.Struct):
    """Lift of one body; what it has shown once it can do again: it is said to glide from then on."""

    anchors: list[Anchor] = msgspec.field(default_factory=list)
    in_row: int = 0
    asked_at: int = 0
    since: int = 0
    """When (TAI ns) it was found to glide, 0 = it was not."""
    told: bool = False
    ratio: float = 0.0
    ln_beta: float = 0.0
    bank: float = 0.0
    lift_m_s2: float = 0.0
    lift_sigma_m_s2: float = 0.0
    ln_odds: float = 0.0
    """The most that lift has been likelier than none, and the lift by which it was."""

    def note(
        self, tracker: Tracker, track: Track, state: npt.NDArray[float64], covariance: npt.NDArray[float64]
    ) -> None:
        """Take in the state of a track, (9,) and (6, 6), as it stands."""
        bank, slot = tracker.bank, track.slot
        if bank.two[slot] != GLIDING:
            return
        if track.last_hit - self.asked_at >= APART_S * NS:
            self.asked_at = track.last_hit
            air = air_of(self.anchors, bank, slot, state, covariance)
            if air is None or air.ln_odds < SURE:
                self.in_row = 0
            else:
                self.in_row += 1
                self._learn(air)
            if self.in_row >= IN_A_ROW and not self.since:
                self.since = track.last_hit
        keep_anchor(self.anchors, bank, slot, state, covariance)

    def _learn(self, air: Air) -> None:
        share = LEARNS if self.ratio else 1.0
        self.ratio += share * (air.ratio - self.ratio)
        self.ln_beta += share * (math.log(max(air.beta, 1.0)) - self.ln_beta)
        self.bank = air.bank
        if air.ln_odds > self.ln_odds:
            self.lift_m_s2, self.lift_sigma_m_s2, self.ln_odds = air.lift, air.lift_sigma, air.ln_odds

    def told_as(self) -> Lift | None:
        """Return what identification reads, None where it is not said to glide."""
        if not self.since:
            return None
        return Lift(self.lift_m_s2, self.lift_sigma_m_s2, self.ratio, self.ln_odds)

    def glide(self) -> Glide | None:
        """Return what prediction needs, None where it is not said to glide."""
        if not self.since:
            return None
        return Glide(ratio=self.ratio, bank=self.bank, ln_beta=self.ln_beta, ln_beta_sigma=LN_BETA_LEAST)
