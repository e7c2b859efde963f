"""Growing and shrinking shapes, with corners kept."""

from typing import Any

import numpy as np
import shapely

MITRE_LIMIT = 1.5
"""Just above √2: a right-angled obstacle keeps one corner, a sharper one is cut, still the distance away from it."""


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
        return shapely.buffer(shape, distance_m, join_style="mitre", mitre_limit=mitre_limit)
