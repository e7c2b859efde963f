"""Answers as values: routes, their legs, distances, escapes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.errors import Indoor3dError
from indoor3d.models.vocabulary import Mode
from indoor3d.routing.place import Place

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """A part of a route travelled in one way.

    Parameters
    ----------
    mode : Mode
    level_from, level_to : str
        Ids of levels.
    length_m, duration_s, climb_m : float
        Length is along the slope; climb is what is gained, negative downwards.
    elements : tuple of str
        Ids of the openings crossed, or of the connector, in order.
    positions : (K, 3) float64, metres, site frame
    """

    mode: Mode
    level_from: str
    level_to: str
    length_m: float
    duration_s: float
    climb_m: float
    elements: tuple[str, ...]
    positions: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """A way from one place to another.

    Parameters
    ----------
    profile : str
    closed : tuple of str
        Ids that were closed, sorted.
    length_m, duration_s, climb_m : float
    levels : tuple of str
        Ids in the order they are entered.
    positions : (N, 3) float64, metres, site frame
    openings : tuple of str
        Ids of the openings crossed, in order.
    legs : tuple of Leg
    """

    profile: str
    closed: tuple[str, ...]
    length_m: float
    duration_s: float
    climb_m: float
    levels: tuple[str, ...]
    positions: Floats
    openings: tuple[str, ...]
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distances:
    """How far many places are from one.

    Parameters
    ----------
    length_m, duration_s : (K,) float64
        Of the quickest way to each; infinite where there is none.
    """

    length_m: Floats
    duration_s: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Escape:
    """The way out from one place, or why there is none: exactly one of ``route`` and ``problem`` is set."""

    start: Place
    space: str = ""
    exit: str | None = None
    route: Route | None = None
    problem: Indoor3dError | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evacuation:
    """Ways out of many places under one profile and one set of closures."""

    profile: str
    closed: tuple[str, ...]
    escapes: tuple[Escape, ...]
    open_exits: tuple[str, ...]
