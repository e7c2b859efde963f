"""Triangles of a mesh as a graphics card wants them: vertices with normals, sorted by material.

A normal belongs to a corner, not to a vertex: the corners of a vertex are joined where their faces meet at less than
:data:`SMOOTH_DEG`, so that a box keeps its edges and a round column looks round.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.mesh import Feature, Mesh
from indoor3d.tiles.palette import Rgba, triangle_colours

SMOOTH_DEG = 30.0
"""Faces that meet at less are drawn as one rounded surface; a cylinder of 12 sides is the coarsest that is rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The triangles of one material: half-open ranges of vertices and triangles."""

    colour: Rgba
    vertices: tuple[int, int]
    triangles: tuple[int, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """What one tile draws.

    Parameters
    ----------
    centre : (3,) float64, whole metres, site frame
        What positions are relative to, so that float32 keeps micrometres wherever the site is.
    positions : (V, 3) float32, metres, glTF axes (y up)
        ``(x, z, -y)`` of the site frame, less the centre.
    normals : (V, 3) float32, glTF axes
        Of unit length.
    feature : (V,) uint32
        Index into ``features``.
    triangles : (T, 3) uint32
        Vertex indices.
    parts : tuple of Part
        By colour; they follow one another without gaps.
    features : tuple of Feature
        Only those that have a triangle here, in the order of the mesh.
    """

    centre: NDArray[np.float64]
    positions: NDArray[np.float32]
    normals: NDArray[np.float32]
    feature: NDArray[np.uint32]
    triangles: NDArray[np.uint32]
    parts: tuple[Part, ...]
    features: tuple[Feature, ...]

    @property
    def site_positions(self) -> NDArray[np.float64]:
        """Positions in the site frame, ``(V, 3)`` metres, as precise as float32 left them."""
        return to_site_axes(self.positions.astype(np.float64)) + self.centre


def to_gltf_axes(site: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn z up into y up, ``(N, 3)``."""
    return np.stack([site[:, 0], site[:, 2], -site[:, 1]], axis=1)


def to_site_axes(gltf: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn y up into z up, ``(N, 3)``: the rotation that 3D Tiles 1.1, 7.3.3 (glTF transforms) asks of every client."""
    return np.stack([gltf[:, 0], -gltf[:, 2], gltf[:, 1]], axis=1)


def boxes_of(corners: NDArray[np.float64], start: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner of every run of triangles.

    Parameters
    ----------
    corners : (T, 3, 3) float64
        Triangle, corner, axis.
    start : (R,) int
        Where each run begins.

    Returns
    -------
    two (R, 3) float64
    """
    a, b, c = (corners[:, k] for k in range(3))
    low = np.minimum.reduceat(np.minimum(np.minimum(a, b), c), start)
    high = np.maximum.reduceat(np.maximum(np.maximum(a, b), c), start)
    return low, high


def drawable(mesh: Mesh) -> NDArray[np.intp]:
    """Indices of the triangles that can be seen: finite, and of an area that float64 can tell from nothing."""
    corners = mesh.positions[mesh.triangles]
    with np.errstate(invalid="ignore", over="ignore"):
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = np.einsum("ij,ij->i", cross, cross)
    return np.flatnonzero(np.isfinite(area) & (area > _TINY_M4))


_TINY_M4 = 1e-20
"""Square of twice an area: a sliver of 0.1 µm by 1 mm has no direction that could be trusted."""


def make_columns(mesh: Mesh, triangles: NDArray[np.intp]) -> Columns:
    """Prepare some triangles of a mesh for drawing.

    Parameters
    ----------
    mesh : Mesh
    triangles : (N,) int
        Indices of drawable triangles, ascending, one at least.
    """
    corner_of = mesh.triangles[triangles]
    used = np.zeros(len(mesh.positions), np.bool_)
    used[corner_of] = True
    vertex_of = np.cumsum(used, dtype=np.uint32) - np.uint32(1)
    site = mesh.positions[used]
    centre = np.round((site.min(axis=0) + site.max(axis=0)) / 2)
    positions = to_gltf_axes(site - centre)

    feature, features = _own_features(mesh, triangles)
    packed = triangle_colours(mesh.colour[triangles], feature, features).view(np.uint32)[:, 0]
    colours = np.unique(packed)
    material = np.searchsorted(colours, packed)
    order = np.argsort(material.astype(np.uint16 if len(colours) < 1 << 16 else np.uint32), kind="stable")
    material, feature, corner_of = material[order], feature[order], vertex_of[corner_of[order]]

    weighted = _face_normals(positions, corner_of)
    lead = _lead_corners(corner_of, weighted, material * len(features) + feature)
    leads = np.zeros(corner_of.size, np.bool_)
    leads[lead] = True
    new_vertex = np.cumsum(leads, dtype=np.uint32) - np.uint32(1)
    index = new_vertex[lead]
    kept = np.flatnonzero(leads)
    return Columns(
        centre=centre,
        positions=positions[corner_of.reshape(-1)[kept]].astype(np.float32),
        normals=_mean_normals(weighted, index, len(kept)),
        feature=feature[kept // 3].astype(np.uint32),
        triangles=index.reshape(-1, 3),
        parts=_parts(colours, material, kept),
        features=features,
    )


def _own_features(mesh: Mesh, triangles: NDArray[np.intp]) -> tuple[NDArray[np.intp], tuple[Feature, ...]]:
    """Renumber the features of some triangles from 0, in the order of the mesh."""
    feature = mesh.feature[triangles]
    used = np.zeros(len(mesh.features), np.bool_)
    used[feature] = True
    return (np.cumsum(used) - 1)[feature], tuple(mesh.features[i] for i in np.flatnonzero(used))


def _face_normals(positions: NDArray[np.float64], triangles: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Give ``(3, T)`` normals as long as twice the area."""
    x, y, z = (np.ascontiguousarray(positions[:, k])[triangles.T] for k in range(3))
    (ux, uy, uz), (vx, vy, vz) = ([c[k] - c[0] for c in (x, y, z)] for k in (1, 2))
    return np.stack([uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx])


def _lead_corners(
    triangles: NDArray[np.uint32], weighted: NDArray[np.float64], key: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Group corners that are drawn as one vertex: the first corner of its group, for every corner, ``(3 T,)``.

    In each round the first corner left at every vertex leads; those that follow it are of the same material and feature and
    bend by less than :data:`SMOOTH_DEG`. Leaders of a vertex are pairwise further apart than that, so there are at most a
    few dozen rounds, each over what the last one left.
    """
    unit = (weighted / np.sqrt(np.einsum("ij,ij->j", weighted, weighted))).astype(np.float32)
    vertex = triangles.reshape(-1)
    lead = np.empty(len(vertex), np.intp)
    first = np.empty(int(vertex.max()) + 1, np.intp)
    left = np.arange(len(vertex))
    while len(left):
        first[vertex[left[::-1]]] = left[::-1]
        leader = first[vertex[left]]
        mine, theirs = left // 3, leader // 3
        bend = sum(axis[mine] * axis[theirs] for axis in unit)
        follows = ((bend > math.cos(math.radians(SMOOTH_DEG))) & (key[mine] == key[theirs])) | (left == leader)
        lead[left[follows]] = leader[follows]
        left = left[~follows]
    return lead


def _mean_normals(weighted: NDArray[np.float64], index: NDArray[np.uint32], count: int) -> NDArray[np.float32]:
    """Average the faces at every vertex, by area."""
    total = np.stack([np.bincount(index, np.repeat(axis, 3), count) for axis in weighted], axis=1)
    return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True), np.float32)


def _parts(colours: NDArray[np.uint32], material: NDArray[np.intp], kept: NDArray[np.intp]) -> tuple[Part, ...]:
    """Ranges of triangles and vertices by colour; both are sorted by it already."""
    steps = np.arange(len(colours) + 1)
    triangle = np.searchsorted(material, steps)
    vertex = np.searchsorted(material[kept // 3], steps)
    rgba = colours.view(np.uint8).reshape(-1, 4)
    return tuple(
        Part(
            colour=(int(rgba[i, 0]), int(rgba[i, 1]), int(rgba[i, 2]), int(rgba[i, 3])),
            vertices=(int(vertex[i]), int(vertex[i + 1])),
            triangles=(int(triangle[i]), int(triangle[i + 1])),
        )
        for i in range(len(colours))
    )
