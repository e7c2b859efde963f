"""What smoke does to people: how much slower they walk in it, and how much of it they can breathe.

Sources: Korhonen, "Fire Dynamics Simulator with Evacuation: FDS+Evac, Technical Reference and User's Guide" (Lund experiments of Frantzich and Nilsson;
Eqs 11-14 after Purser); Fridolf et al., "Walking speed in smoke", 2019; NIST TN 1822, test 2.5.
"""

import math

from indoor3d.errors import InvalidScenario

LUND_SLOPE, LUND_BASE = 0.057, 0.706
"""m²/s and m/s: walking speed falls by the one for each 1/m of extinction, from the other (Lund, by way of FDS+Evac)."""
LUND_LEAST = 0.1
"""Nobody is slower than this share (FDS+Evac)."""
NIST_LEAST_MPS = 0.3
"""Nor than this (NIST TN 1822, test 2.5)."""
FRIDOLF_VISIBILITY = 3.0
"""Visibility times extinction of things that reflect light; 8 for lit signs."""
AIR_O2_PCT = 20.9
FED_WARNING, FED_DOWN = 0.3, 1.0
"""Fractional effective doses: the limit by which the more sensitive people are still able to get away, and that at which somebody is taken to be down
(general knowledge, ISO 13571 and NFPA 130 annex B; not read in their texts). Even at 0.3 about one in nine is not able to, by the same standard."""
_BREATH = {"fds+evac": 0.1930, "fds": 0.1903}
"""How breathing quickens with carbon dioxide. 0.1903 gives the published times of ISO 20414 test 19 (FDS); with it NIST 2.6 would be 208.7 s. Its 207.6 s
come with 0.1930: that number was found by solving for it, not read in the guide of FDS+Evac. It is the worse of the two, and the default. Likewise
from the published times, not from a text: no quicker breath without carbon dioxide, no want of oxygen from 20.9 % on."""


def speed_factor(extinction_per_m: float, *, law: str = "lund", speed_mps: float = 1.2) -> float:
    """Share of somebody's speed that is left in smoke.

    Parameters
    ----------
    extinction_per_m : float
        Extinction coefficient K; 0 is clear air.
    law : str
        ``lund``: 1 - 0.057 K / 0.706, at least 0.1; ``fridolf``: V/(V + 2) with the visibility V = 3/K; ``nist``: 1 - 0.5 K, at least 0.3 m/s.
    speed_mps : float
        Without smoke; for ``nist`` only.

    Raises
    ------
    InvalidScenario
        No such law.

    Examples
    --------
    >>> [round(speed_factor(1.0, law=law), 3) for law in ("lund", "fridolf", "nist")]
    [0.919, 0.6, 0.5]
    """
    if law == "lund":
        return max(LUND_LEAST, 1 - LUND_SLOPE * extinction_per_m / LUND_BASE) if extinction_per_m > 0 else 1.0
    if law == "fridolf":
        return FRIDOLF_VISIBILITY / (FRIDOLF_VISIBILITY + 2 * extinction_per_m) if extinction_per_m > 0 else 1.0
    if law == "nist":
        return min(1.0, max(NIST_LEAST_MPS / speed_mps, 1 - 0.5 * extinction_per_m))
    raise InvalidScenario(f"There is no law of smoke {law!r}.", ko=f"연기 법칙 {law!r}은(는) 없습니다.", law=law)


def fed_rate(co_ppm: float, *, co2_pct: float = 0.0, o2_pct: float = AIR_O2_PCT, law: str = "fds+evac") -> float:
    """Fractional effective dose a second: somebody is down when it adds up to 1.

    Parameters
    ----------
    co_ppm : float
        Carbon monoxide.
    co2_pct, o2_pct : float
        Carbon dioxide, oxygen, per cent by volume.
    law : str
        ``fds+evac`` or ``fds``.

    Examples
    --------
    >>> round(1 / fed_rate(5000, co2_pct=2, o2_pct=18), 1)
    207.6
    """
    if law not in _BREATH:
        raise InvalidScenario(f"There is no law of dose {law!r}.", ko=f"독성 법칙 {law!r}은(는) 없습니다.", law=law)
    monoxide = 2.764e-5 * co_ppm**1.036
    breath = math.exp(_BREATH[law] * co2_pct + 2.0004) / 7.1 if co2_pct > 0 else 1.0
    want = math.exp(-(8.13 - 0.54 * (AIR_O2_PCT - o2_pct))) if o2_pct < AIR_O2_PCT else 0.0
    return float((monoxide * breath + want) / 60)
