"""A share out of trials with its interval."""

import math

Z95 = 1.959963984540054


def wilson(hits: int, trials: int, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = hits / trials, z * z
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)) / (1 + z2 / trials)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def share_text(hits: int, trials: int) -> str:
    """Return a share in words: `546 / 600 = 91.0 % (88.4 ... 93.0)`."""
    if trials == 0:
        return "0 / 0"
    low, high = wilson(hits, trials)
    return f"{hits} / {trials} = {100 * hits / trials:.1f} % ({100 * low:.1f} ... {100 * high:.1f})"


def poisson(count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of the mean of a Poisson number of which `count` came (Garwood 1936, Biometrika 28, 437)."""
    from scipy.stats import chi2

    tail = 0.5 * (1.0 - confidence)
    low = 0.5 * float(chi2.ppf(tail, 2 * count)) if count else 0.0
    return low, 0.5 * float(chi2.ppf(1.0 - tail, 2 * count + 2))
