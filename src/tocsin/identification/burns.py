"""How long classes burn, and what a dark plume says of the stages that may follow."""

import math

STAGE_GAP_S = 10.0
"""Between cut-off and the next stage at full thrust: 8 to 11 s in the telemetry of 23 Falcon 9 ascents."""
STAGES_FOLLOW_S = 6.0
BURNS_S = {
    "ballistic_missile_short_range": (90.0, 0.3),
    "ballistic_missile_intermediate_range": (130.0, 0.35),
    "ballistic_missile_intercontinental": (215.0, 0.32),
    "sounding_rocket": (75.0, 0.6),
}
"""How long classes burn from lift-off to the last burnout: median (s), and sigma of the logarithm. Open figures: Scud-B 62 s,
Nodong 95 to 110, Pershing II 95, Jupiter and Thor 160, Minuteman III 180, Titan II 330; solid ones of intercontinental range
may need no more than 120 s, old liquid ones 4 to 6 minutes (domain facts C.2); Black Brant IX 44 s, XII 105 with its coasts."""
SUREST, ORBIT_ENDS, LEFT_OVER = 0.28, 0.4, 0.02
"""The narrowest of these sigmas, by which densities are scaled; how dense ends of launchers' burns are, from 100 s to orbit; and
what is left to motors that nobody has described."""


def may_follow(dark_s: float) -> float:
    """Return the probability that a launcher's plume has been dark for so long before its next stage: a burnout is no end.

    Eleven in twenty light within seconds of `STAGE_GAP_S`; four coast first (Pegasus 18 s, Epsilon 47 s, SS-520 150 s); of five
    the next stage is too faint to be seen (Briz-M and Fregat 20 kN, Electron 26 kN, PS4 15 kN, AVUM 2.5 kN, Safir 35 kN, where
    95 kN shine with 20 kW/sr), or it fails.
    """
    late = max(dark_s - STAGE_GAP_S, 0.0)
    return 0.55 * math.exp(-late / STAGES_FOLLOW_S) + 0.2 * math.exp(-late / 40.0) + 0.25


def stage_due(unlit_s: float) -> float:
    """Return the share of launchers that light their next stage at once for which that is still due after so long without light.

    Until then the arc of what coasts is not one that a launcher was thrown on: radars see it the second that a burn ends.
    """
    return math.exp(-max(unlit_s - STAGE_GAP_S, 0.0) / STAGES_FOLLOW_S)


def ends_at(name: str, t: float) -> float:
    """Return how likely a class is to end its burn at `t` (s), as a share of what the surest class gives at its median."""
    median, width = BURNS_S[name]
    return max(math.exp(-0.5 * (math.log(max(t, 1.0) / median) / width) ** 2) * SUREST / width, LEFT_OVER)


def burns_beyond(name: str, t: float) -> float:
    """Return the probability that a class burns for longer than `t` (s)."""
    median, width = BURNS_S[name]
    return max(0.5 * math.erfc(math.log(max(t, 1.0) / median) / (width * math.sqrt(2.0))), LEFT_OVER)
