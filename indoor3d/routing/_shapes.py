"""Growing and shrinking shapes, with corners kept."""

from typing import Any

import numpy as np
import shapely

MITRE_LIMIT = 1.5
"""Just above √2: a right-angled obstacle keeps one corner, a sharper one is cut, still the distance away from it."""
_NOISE_M = 1e-9


def offset(shape: Any, distance_m: float, *, mitre_limit: float = MITRE_LIMIT) -> Any:
    """Grow shapes by a distance, or shrink them by a negative one; corners stay corners.

    Parameters
    ----------
    shape : shapely geometry or array of them
    distance_m : float
    mitre_limit : float
        How far a corner may reach, in distances; beyond it is cut.
    """
    # GEOS computes with infinities where two sides are almost parallel; the flag it leaves behind says nothing of the
    # result, which is checked in the tests.
    with np.errstate(invalid="ignore", divide="ignore"):
        found = shapely.buffer(shape, distance_m, join_style="mitre", mitre_limit=mitre_limit)
        if distance_m > 0 and np.any(lost := shapely.area(found) < shapely.area(shape)):
            # GEOS 3.14 gives nothing for a tiny growth of some outlines with noise in the last digit: without it, it grows.
            clean = shapely.set_precision(shape, _NOISE_M)
            again = shapely.buffer(clean, distance_m, join_style="mitre", mitre_limit=mitre_limit)
            found = np.where(lost, again, found) if isinstance(found, np.ndarray) else again
    return found
