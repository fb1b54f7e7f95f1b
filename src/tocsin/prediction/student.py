"""How far an ellipse reaches that holds a share, where the covariance itself is an estimate: Student's t for Gauss.

A filter's covariance holds on the average: of one flight the noise, the drag, the constant errors are smaller than what was
allowed for, of a few they are greater. What is measured in its sigmas is then spread as Student's t is: more of it near the
middle, and far out. In two dimensions a share p lies within r^2 = s^2 v ((1 - p)^(-2/v) - 1) of v degrees of freedom and a scale
s (2 F(2, v) quantiles; Gauss: r^2 = -2 ln(1 - p), as v grows). `docs/theory/prediction.md` says of what flights these two are.
"""

import math

FREEDOM = 15.0
SCALE = 0.88


def reach(share: float) -> float:
    """Return by how much longer the half axes of an ellipse that holds a share, 0 to 1, are than a Gaussian's (1)."""
    student = SCALE * SCALE * FREEDOM * ((1.0 - share) ** (-2.0 / FREEDOM) - 1.0)
    return math.sqrt(student / (-2.0 * math.log(1.0 - share)))
