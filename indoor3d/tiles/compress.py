"""Smaller columns: integers on a grid (KHR_mesh_quantization), in an order that meshopt packs well.

The grid is the same in all tiles of a venue: its step is a power of two and tile centres are whole metres, so two tiles of
one step put a shared corner in the very same place.
"""

from dataclasses import dataclass, replace

import meshopt
import numpy as np
from numpy.typing import NDArray

from indoor3d.tiles.columns import Columns

FINEST_STEP_M = 2.0**-10
"""0.98 mm."""
COARSEST_STEP_M = 2.0**-8
"""3.9 mm; a tile too long for it in 16 bits (256 m) keeps 32-bit floats, rounded to the finest step."""
_INT16_REACH = 32767


@dataclass(frozen=True, kw_only=True, eq=False)
class Packed:
    """Columns as small as they get.

    Parameters
    ----------
    columns : Columns
        In the order of the codec.
    grid : (V, 3) int16, or float32 when the tile is too long
        Positions in steps, or in metres when float32; glTF axes, relative to the centre.
    normals : (V, 3) int8
        127 is 1.
    step_m : float
        Size of one step; 1 when ``grid`` is float32.
    """

    columns: Columns
    grid: NDArray[np.int16] | NDArray[np.float32]
    normals: NDArray[np.int8]
    step_m: float


def step_for(reach_m: float) -> float:
    """Step of the grid for positions up to ``reach_m`` from the centre on any axis.

    0.98 mm up to 64 m across, 1.95 mm up to 128 m, 3.9 mm up to 256 m; beyond that positions stay floats on the finest
    grid.
    """
    step = FINEST_STEP_M
    while step <= COARSEST_STEP_M:
        if reach_m <= _INT16_REACH * step:
            return step
        step *= 2
    return FINEST_STEP_M


def pack(columns: Columns) -> Packed:
    """Quantize columns and sort them for the codec.

    Every triangle stays, also one that falls into a line on the grid: no feature is lost by compression.
    """
    columns = _cache_order(columns)
    reach = float(np.abs(columns.positions).max())
    step = step_for(reach)
    steps = np.rint(columns.positions.astype(np.float64) / step)
    normals = np.rint(columns.normals * 127).astype(np.int8)
    if reach > _INT16_REACH * COARSEST_STEP_M:
        return Packed(columns=columns, grid=(steps * step).astype(np.float32), normals=normals, step_m=1.0)
    return Packed(columns=columns, grid=steps.astype(np.int16), normals=normals, step_m=step)


def _cache_order(columns: Columns) -> Columns:
    """Order the triangles of every part for the vertex cache, and its vertices as they are first used."""
    triangles = np.empty_like(columns.triangles)
    source = np.empty(len(columns.positions), np.intp)
    for part in columns.parts:
        first, last = part.vertices
        local = (columns.triangles[slice(*part.triangles)] - np.uint32(first)).reshape(-1)
        index, place, _ = meshopt.reorder_mesh(local, triangles=True, optsize=False)
        triangles[slice(*part.triangles)] = index.reshape(-1, 3) + np.uint32(first)
        source[first + place.astype(np.intp)] = np.arange(first, last)
    return replace(
        columns,
        positions=columns.positions[source],
        normals=columns.normals[source],
        feature=columns.feature[source],
        triangles=triangles,
    )
