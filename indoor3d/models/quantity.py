"""Numbers with units, so that a rate is never taken from a number of persons.

Three base units are enough for crowds: the person, the metre, the minute. A published sheet of a metro station subtracts persons a minute
from persons (PLANNERS.md, part 2); here that is an error.
"""

import math
import re
from dataclasses import dataclass

from indoor3d.errors import UnitMismatch

_UNITS: dict[str, tuple[float, tuple[int, int, int]]] = {
    "p": (1.0, (1, 0, 0)),
    "m": (1.0, (0, 1, 0)),
    "mm": (1e-3, (0, 1, 0)),
    "min": (1.0, (0, 0, 1)),
    "s": (1 / 60, (0, 0, 1)),
    "h": (60.0, (0, 0, 1)),
    "1": (1.0, (0, 0, 0)),
}
"""Size in base units, and the powers of person, metre and minute."""
_FORM = re.compile(r"[a-z0-9]+2?([·/][a-z]+2?)*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it counts.

    Parameters
    ----------
    value : float
        In persons, metres and minutes.
    powers : tuple of three int
        Of the person, the metre, the minute.

    Examples
    --------
    >>> load, capacity = Quantity.of(1598, "p"), Quantity.of(399.6, "p/min")
    >>> round((load / capacity).in_unit("min"), 3)
    3.999
    >>> load - capacity
    Traceback (most recent call last):
    ...
    indoor3d.errors.UnitMismatch: p and p/min cannot be added or compared.
    """

    value: float
    powers: tuple[int, int, int] = (0, 0, 0)

    @classmethod
    def of(cls, value: float, unit: str) -> "Quantity":
        """Make one from a number in a unit such as ``p/mm/min``.

        Raises
        ------
        UnitMismatch
            The unit is not known.
        """
        size, powers = _parsed(unit)
        return cls(value * size, powers)

    def in_unit(self, unit: str) -> float:
        """The number in another unit of the same kind.

        Raises
        ------
        UnitMismatch
        """
        size, powers = _parsed(unit)
        if powers != self.powers:
            raise _mismatch(self.unit, unit)
        return self.value / size

    @property
    def unit(self) -> str:
        """The unit in base units: ``p/min``."""
        names = ("p", "m", "min")
        above = "·".join(_power(n, k) for n, k in zip(names, self.powers, strict=True) if k > 0)
        below = "".join("/" + _power(n, -k) for n, k in zip(names, self.powers, strict=True) if k < 0)
        return (above or "1") + below

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.value + self._same(other).value, self.powers)

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.value - self._same(other).value, self.powers)

    def __mul__(self, other: "Quantity") -> "Quantity":
        powers = tuple(a + b for a, b in zip(self.powers, other.powers, strict=True))
        return Quantity(self.value * other.value, powers)  # type: ignore[arg-type]

    def __truediv__(self, other: "Quantity") -> "Quantity":
        powers = tuple(a - b for a, b in zip(self.powers, other.powers, strict=True))
        value = (
            math.inf if other.value == 0 and self.value > 0 else 0.0 if self.value == 0 else self.value / other.value
        )
        return Quantity(value, powers)  # type: ignore[arg-type]

    def __lt__(self, other: "Quantity") -> bool:
        return self.value < self._same(other).value

    def __le__(self, other: "Quantity") -> bool:
        return self.value <= self._same(other).value

    def _same(self, other: "Quantity") -> "Quantity":
        if other.powers != self.powers:
            raise _mismatch(self.unit, other.unit)
        return other


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}{power}"


def _parsed(unit: str) -> tuple[float, tuple[int, int, int]]:
    if not _FORM.fullmatch(unit):
        raise UnitMismatch(f"{unit!r} is no unit.", ko=f"{unit!r}: 단위가 아닙니다.", unit=unit)
    size, powers, sign = 1.0, [0, 0, 0], 1
    for part in re.split(r"([·/])", unit):
        if part in {"·", "/"}:
            sign = 1 if part == "·" else -1
            continue
        name, power = (part[:-1], 2) if part.endswith("2") else (part, 1)
        if name not in _UNITS:
            raise UnitMismatch(f"{unit!r} is no unit.", ko=f"{unit!r}: 단위가 아닙니다.", unit=unit)
        factor, exponents = _UNITS[name]
        size *= factor ** (sign * power)
        powers = [k + sign * power * e for k, e in zip(powers, exponents, strict=True)]
    return size, (powers[0], powers[1], powers[2])


def _mismatch(one: str, other: str) -> UnitMismatch:
    return UnitMismatch(
        f"{one} and {other} cannot be added or compared.",
        ko=f"{one} 값과 {other} 값은 더하거나 견줄 수 없습니다.",
        units=[one, other],
    )
