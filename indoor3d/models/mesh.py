"""What a building looks like: triangles as columns, each with the feature it belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.vocabulary import MeshCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing that can be picked in a viewer.

    Parameters
    ----------
    id : str
        Id of the element in the building; unique in a mesh.
    name : str
        Name for people, may be empty.
    category : MeshCategory
        What it is.
    kind : str
        The finer term of :mod:`~indoor3d.models.vocabulary` (a space's or facility's category), may be empty.
    level : str
        Id of its level.
    """

    id: str
    name: str
    category: MeshCategory
    kind: str = ""
    level: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mesh:
    """Triangles of a building.

    Parameters
    ----------
    positions : (V, 3) float64, metres, site frame
        Vertices; not shared between features.
    triangles : (T, 3) uint32
        Vertex indices, counter-clockwise seen from outside.
    feature : (T,) uint32
        Index into ``features`` for every triangle, ascending.
    colour : (T, 4) uint8
        sRGB and opacity as the source gives it; (0, 0, 0, 0) where it gives none.
    features : tuple of Feature
    """

    positions: NDArray[np.float64]
    triangles: NDArray[np.uint32]
    feature: NDArray[np.uint32]
    colour: NDArray[np.uint8]
    features: tuple[Feature, ...]

    @classmethod
    def empty(cls) -> "Mesh":
        """A mesh of nothing."""
        return cls(
            positions=np.empty((0, 3)),
            triangles=np.empty((0, 3), np.uint32),
            feature=np.empty(0, np.uint32),
            colour=np.empty((0, 4), np.uint8),
            features=(),
        )
