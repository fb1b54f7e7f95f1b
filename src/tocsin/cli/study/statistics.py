"""A share out of trials in words."""

from tocsin.scoring.consistency import wilson


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
