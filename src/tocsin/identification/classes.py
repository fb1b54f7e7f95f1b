"""The classes of object and their priors."""

MISSILES = (
    "ballistic_missile_short_range",
    "ballistic_missile_intermediate_range",
    "ballistic_missile_intercontinental",
)
LAUNCHES = (*MISSILES, "space_launch", "sounding_rocket")
RANGES_KM = {
    "ballistic_missile_short_range": (500.0, 0.7),
    "ballistic_missile_intermediate_range": (3000.0, 0.55),
    "ballistic_missile_intercontinental": (9500.0, 0.4),
}
"""How far the generic classes fly: median (km), and sigma of the logarithm."""
CLASSES = (*LAUNCHES, "satellite", "reentering_body", "meteor", "static_fire", "aircraft", "glint", "unknown")

# Stated, not learnt: what a warning centre expects of a new source before it looks closer. A missile is never rare in the
# prior of a launch (a system that must not sleep), and a site or a notification never takes it below
# the ladder's floor where a place is threatened.
PRIOR_INFRARED = {
    "ballistic_missile_short_range": 0.15, "ballistic_missile_intermediate_range": 0.15,
    "ballistic_missile_intercontinental": 0.15, "space_launch": 0.20, "sounding_rocket": 0.10, "satellite": 0.001,
    "reentering_body": 0.05, "meteor": 0.03, "static_fire": 0.06, "aircraft": 0.05, "glint": 0.04, "unknown": 0.02,
}  # fmt: skip
PRIOR_RADAR = {
    "ballistic_missile_short_range": 0.08, "ballistic_missile_intermediate_range": 0.08,
    "ballistic_missile_intercontinental": 0.08, "space_launch": 0.04, "sounding_rocket": 0.04, "satellite": 0.55,
    "reentering_body": 0.06, "meteor": 0.02, "static_fire": 1e-6, "aircraft": 0.01, "glint": 1e-6, "unknown": 0.04,
}  # fmt: skip
UNKNOWN_LIKELIHOOD = 0.03
"""What the class `unknown` gives to every piece of evidence: it wins only where all others explain badly."""


def missile_probability(classes: dict[str, float]) -> float:
    """Return P(missile): the sum over the generic missile classes."""
    return sum(classes[c] for c in MISSILES)


def launch_probability(classes: dict[str, float]) -> float:
    """Return the probability that something was launched: missile, space launch or sounding rocket."""
    return sum(classes[c] for c in LAUNCHES)
