"""What differs from person to person: when they set off, how fast they are."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import InvalidScenario

Floats = NDArray[np.float64]

PARAMETERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fixed": ("value",),
        "uniform": ("low", "high"),
        "normal": ("mean", "sd"),
        "lognormal": ("mu", "sigma"),
        "gamma": ("shape", "scale"),
        "weibull": ("shape", "scale"),
        "triangular": ("low", "mode", "high"),
    }
)
"""What each kind takes; ``mu`` and ``sigma`` are of the logarithm."""
_TRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A distribution of one number.

    Parameters
    ----------
    kind : str
        A key of :data:`PARAMETERS`.
    params : mapping of str to float
    lower, upper : float
        What is outside is drawn again.

    Raises
    ------
    InvalidScenario
        Of what a kind takes something is missing, too much or impossible.

    Examples
    --------
    >>> import numpy as np
    >>> waits = Distribution(kind="uniform", params={"low": 10.0, "high": 100.0})
    >>> waits.mean, waits.quantile(0.5)
    (55.0, 55.0)
    >>> bool((waits.sample(np.random.default_rng(1), 5) >= 10).all())
    True
    """

    kind: str
    params: Mapping[str, float] = field(hash=False)
    lower: float = -math.inf
    upper: float = math.inf

    def __post_init__(self) -> None:
        wanted = PARAMETERS.get(self.kind)
        if wanted is None:
            raise _wrong(f"kind is one of {', '.join(PARAMETERS)}", f"kind는 {', '.join(PARAMETERS)} 가운데 하나입니다")
        if set(self.params) != set(wanted):
            raise _wrong(
                f"{self.kind} takes {', '.join(wanted)}", f"{self.kind}에는 {', '.join(wanted)} 값이 필요합니다"
            )
        if not all(math.isfinite(v) for v in self.params.values()):
            raise _wrong("numbers are finite", "유한한 수여야 합니다")
        p = self.params
        sound: dict[str, Callable[[], bool]] = {
            "fixed": lambda: True,
            "uniform": lambda: p["low"] <= p["high"],
            "normal": lambda: p["sd"] >= 0,
            "lognormal": lambda: p["sigma"] >= 0,
            "gamma": lambda: p["shape"] > 0 and p["scale"] > 0,
            "weibull": lambda: p["shape"] > 0 and p["scale"] > 0,
            "triangular": lambda: p["low"] <= p["mode"] <= p["high"],
        }
        if not sound[self.kind]() or not self.lower <= self.upper:
            raise _wrong(f"{self.kind} cannot be {dict(p)}", f"{self.kind}의 값이 될 수 없습니다: {dict(p)}")

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw numbers, (count,) float64.

        Raises
        ------
        InvalidScenario
            Hardly anything lies between ``lower`` and ``upper``.
        """
        drawn = self._draw(rng, count)
        for _ in range(_TRIES):
            outside = np.flatnonzero((drawn < self.lower) | (drawn > self.upper))
            if not len(outside):
                return drawn
            drawn[outside] = self._draw(rng, len(outside))
        raise _wrong("hardly anything lies between the bounds", "범위 안에 드는 값이 거의 없습니다")

    def _draw(self, rng: np.random.Generator, count: int) -> Floats:
        p = self.params
        draws: dict[str, Callable[[], Floats]] = {
            "fixed": lambda: np.full(count, p["value"], np.float64),
            "uniform": lambda: rng.uniform(p["low"], p["high"], count),
            "normal": lambda: rng.normal(p["mean"], p["sd"], count),
            "lognormal": lambda: rng.lognormal(p["mu"], p["sigma"], count),
            "gamma": lambda: rng.gamma(p["shape"], p["scale"], count),
            "weibull": lambda: p["scale"] * rng.weibull(p["shape"], count),
            "triangular": lambda: (
                rng.triangular(p["low"], p["mode"], p["high"], count)
                if p["low"] < p["high"]
                else np.full(count, p["low"], np.float64)
            ),
        }
        return np.asarray(draws[self.kind](), np.float64)

    @property
    def mean(self) -> float:
        """The mean, bounds left aside."""
        p = self.params
        means: dict[str, Callable[[], float]] = {
            "fixed": lambda: p["value"],
            "uniform": lambda: (p["low"] + p["high"]) / 2,
            "normal": lambda: p["mean"],
            "lognormal": lambda: math.exp(p["mu"] + p["sigma"] ** 2 / 2),
            "gamma": lambda: p["shape"] * p["scale"],
            "weibull": lambda: p["scale"] * math.gamma(1 + 1 / p["shape"]),
            "triangular": lambda: (p["low"] + p["mode"] + p["high"]) / 3,
        }
        return float(means[self.kind]())

    def quantile(self, share: float) -> float:
        """The number that ``share`` of all are not above, bounds left aside; ``share`` is inside (0, 1).

        Raises
        ------
        InvalidScenario
            ``share`` is not.
        """
        if not 0 < share < 1:
            raise _wrong("a quantile is asked for between 0 and 1", "분위수는 0과 1 사이여야 합니다")
        p = self.params
        quantiles: dict[str, Callable[[], float]] = {
            "fixed": lambda: p["value"],
            "uniform": lambda: p["low"] + share * (p["high"] - p["low"]),
            "normal": lambda: p["mean"] + p["sd"] * NormalDist().inv_cdf(share),
            "lognormal": lambda: math.exp(p["mu"] + p["sigma"] * NormalDist().inv_cdf(share)),
            "gamma": lambda: p["scale"] * _gamma_quantile(p["shape"], share),
            "weibull": lambda: p["scale"] * (-math.log1p(-share)) ** (1 / p["shape"]),
            "triangular": lambda: _triangular_quantile(p["low"], p["mode"], p["high"], share),
        }
        return float(quantiles[self.kind]())


def _triangular_quantile(low: float, mode: float, high: float, share: float) -> float:
    if high == low:
        return low
    if share <= (mode - low) / (high - low):
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


def _gamma_quantile(shape: float, share: float) -> float:
    """By halving: the lower incomplete gamma function is a series of positive terms (Abramowitz and Stegun 6.5.29)."""
    low, high = 0.0, max(1.0, shape)
    while _gamma_share(shape, high) < share:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _gamma_share(shape, middle) < share else (low, middle)
    return (low + high) / 2


def _gamma_share(shape: float, x: float) -> float:
    if x <= 0:
        return 0.0
    term = total = 1 / shape
    n = shape
    while term > total * 1e-16:
        n += 1
        term *= x / n
        total += term
    return total * math.exp(shape * math.log(x) - x - math.lgamma(shape))


def _wrong(en: str, ko: str) -> InvalidScenario:
    return InvalidScenario(f"This is no distribution: {en}.", ko=f"분포가 될 수 없습니다: {ko}.")
