"""A share out of trials in words."""

import math
from collections import Counter
from collections.abc import Sequence

from tocsin.scoring.consistency import wilson

Z95 = 1.959963984540054


def share_text(hits: int, trials: int) -> str:
    """Return a share in words, with its Wilson interval of 95 %: `546 / 600 = 91.0 % (88.4 ... 93.0)`."""
    if trials == 0:
        return "0 / 0"
    share = wilson(hits, trials)
    return f"{hits} / {trials} = {100 * share.share:.1f} % ({100 * share.low:.1f} ... {100 * share.high:.1f})"


def poisson(count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of the mean of a Poisson number of which `count` came (Garwood 1936, Biometrika 28, 437)."""
    from scipy.stats import chi2

    tail = 0.5 * (1.0 - confidence)
    low = 0.5 * float(chi2.ppf(tail, 2 * count)) if count else 0.0
    return low, 0.5 * float(chi2.ppf(1.0 - tail, 2 * count + 2))


def clustered(groups: Sequence[int], hits: Sequence[bool]) -> tuple[float, float]:
    """Return the interval of 95 % of a share whose trials come in groups that are not independent within.

    Ratio estimate by clusters (Cochran 1977, Sampling Techniques, ch. 9A): variance sum (h - p n)^2 k / (k - 1) / N^2 over k
    groups with n trials and h hits of N; Wilson's interval of as many trials as would give that variance.
    """
    trials, found = Counter(groups), Counter(group for group, hit in zip(groups, hits, strict=True) if hit)
    total, k = len(hits), len(trials)
    if total == 0:
        return 0.0, 1.0
    p = sum(found.values()) / total
    square = sum((found[g] - p * n) ** 2 for g, n in trials.items()) * k / max(k - 1, 1) / total**2
    # where nothing varies, as many as there are groups
    effective = min(p * (1.0 - p) / square, total) if square > 0.0 else k
    spread = Z95**2 / effective
    centre = (p + 0.5 * spread) / (1.0 + spread)
    half = math.sqrt(p * (1.0 - p) * spread + 0.25 * spread**2) / (1.0 + spread)
    return max(centre - half, 0.0), min(centre + half, 1.0)
