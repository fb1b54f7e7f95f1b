"""A share out of trials in words."""

from tocsin.scoring.consistency import wilson


def share_text(hits: int, trials: int) -> str:
    """Return a share in words, with its Wilson interval of 95 %: `546 / 600 = 91.0 % (88.4 ... 93.0)`."""
    if trials == 0:
        return "0 / 0"
    share = wilson(hits, trials)
    return f"{hits} / {trials} = {100 * share.share:.1f} % ({100 * share.low:.1f} ... {100 * share.high:.1f})"
