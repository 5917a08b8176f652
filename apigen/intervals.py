"""How sure a share is, from how many it was counted."""

from math import sqrt

Z_95 = 1.959963984540054
"""The normal distribution's 0.975 quantile."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the score interval that holds a proportion with 95% confidence: (0, 1) where nothing was seen.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212.
    """
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z_95**2 / of
    middle, half = share + spread / 2, Z_95 * sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    # Rounding may put an end on the wrong side of a share of 0 or 1.
    return max(0.0, min(low, share)), min(1.0, max(high, share))
