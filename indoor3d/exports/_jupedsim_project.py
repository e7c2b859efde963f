"""What a project of JuPedSim's editor is put together from: whole people in windows of time, floor to appear on, a zip. For :mod:`indoor3d.exports.jupedsim_web`."""

import io
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, Polygon, box

from indoor3d.exports._jupedsim_floor import polygons

Floats = NDArray[np.float64]

_PATCH_M2 = (4.0, 25.0)
"""Floor on which the people of a cell appear, least and most: the runner looks for places on all of it, some 20 ms a square metre."""
_ROUNDING = 1e-6
_EPOCH = (1980, 1, 1, 0, 0, 0)


def whole(shares: Floats, total: int) -> NDArray[np.int64]:
    """A number of people in whole parts, as near to the shares as can be: what is left goes to the largest remainders."""
    if total <= 0 or shares.sum() <= 0:
        return np.zeros(len(shares), np.int64)
    exact = shares / shares.sum() * total
    whole = np.floor(exact + _ROUNDING).astype(np.int64)
    order = np.lexsort((np.arange(len(whole)), -np.round(exact - whole, 9)))
    whole[order[: total - int(whole.sum())]] += 1
    return np.asarray(whole, np.int64)


def patch(position: Floats, pieces: Sequence[Polygon], persons: int) -> Polygon:
    """Floor around a place where some people can appear one after the other."""
    x, y = position[:2].tolist()
    half = math.sqrt(min(max(float(persons), _PATCH_M2[0]), _PATCH_M2[1])) / 2
    around = box(x - half, y - half, x + half, y + half)
    home = min(pieces, key=lambda p: (p.distance(Point(x, y)), -p.area))
    cut = polygons(shapely.intersection(home, around), least_m2=1.0)
    return cut[0] if cut else home


def windows(points: Floats, window_s: float) -> Iterator[tuple[float, float, int]]:
    """Whole people in windows of time; those of the first moment are there from the start (a window of no length).

    Whole numbers are the differences of the rounded sum, so that nobody is lost and nobody is invented.
    """
    at, upto = points[:, 0], np.maximum.accumulate(points[:, 1])
    total = round(float(upto[-1]))
    start = round(float(np.interp(0.0, at, upto, left=0.0)))
    if start:
        yield 0.0, 0.0, start
    count = max(1, math.ceil(float(at[-1]) / window_s))
    edges = np.arange(count + 1) * window_s
    whole = np.rint(np.interp(edges, at, upto, left=0.0)).astype(np.int64)
    whole[0], whole[-1] = start, total
    for number in range(count):
        persons = int(whole[number + 1] - whole[number])
        if persons > 0:
            yield float(edges[number]), float(edges[number + 1]), persons


def ring(area: Polygon) -> list[list[float]]:
    """An outline as the project writes it, to the millimetre."""
    return [[round(x, 3), round(y, 3)] for x, y in area.exterior.coords]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes depend on its content only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()
