"""Building to a tree of tiles: one chain a level.

A level with few triangles is one tile. A large one is a coarse tile that shows its largest features, refined by leaves that
show all of them (REPLACE). A feature is never cut: whoever picks, hides or lights it finds it whole in one leaf.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Building, Level
from indoor3d.models.mesh import Mesh
from indoor3d.tiles.columns import boxes_of, drawable

LEAF_TRIANGLES = 100_000
"""A leaf of this size is about 0.4 MB packed, 0.3 MB with HTTP compression: a second on a poor mobile link."""
COARSE_TRIANGLES = 20_000
"""A fifth of a leaf: all coarse tiles of a venue of ten levels are two leaves."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tile:
    """One tile and what refines it.

    Parameters
    ----------
    path : str
        Of its content, without the profile: ``levels/b1-0.glb``.
    level : int or None
        Index of its level in the building; None for what stands on no level.
    triangles : (N,) int
        Indices into the building's mesh, ascending; none where no feature is small enough for a coarse tile.
    error_m : float
        Diagonal of the largest feature that is left out here; 0 for a leaf.
    children : tuple of Tile
        Leaves that together show everything of the level.
    """

    path: str
    level: int | None
    triangles: Indices
    error_m: float = 0.0
    children: tuple["Tile", ...] = ()

    def walk(self) -> Iterator["Tile"]:
        """Yield this tile and all below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, kw_only=True, eq=False)
class TileTree:
    """All tiles of a building: one chain a level that has something to draw, in the order of the levels.

    What names no level of the building comes last, in a chain of its own.
    """

    building: Building
    chains: tuple[Tile, ...]

    def walk(self) -> Iterator[Tile]:
        """Yield all tiles, parents first."""
        for chain in self.chains:
            yield from chain.walk()


def cut(
    building: Building, *, leaf_triangles: int = LEAF_TRIANGLES, coarse_triangles: int = COARSE_TRIANGLES
) -> TileTree:
    """Divide a building into tiles.

    Parameters
    ----------
    building : Building
    leaf_triangles : int
        What a leaf may hold; a single feature with more gets a leaf of its own.
    coarse_triangles : int
        What a coarse tile may hold.
    """
    mesh = building.mesh
    triangles = drawable(mesh)
    if not len(triangles):
        return TileTree(building=building, chains=())
    number = {level.id: i for i, level in enumerate(building.levels)}
    nowhere = len(building.levels)
    level_of_feature = np.array([number.get(f.level, nowhere) for f in mesh.features])
    level_of = level_of_feature[mesh.feature[triangles]]
    chains = []
    for index, slug in enumerate(_slugs(building.levels)):
        own = triangles[level_of == index]
        if len(own):
            level = index if index < nowhere else None
            limits = (leaf_triangles, min(coarse_triangles, leaf_triangles))
            chains.append(_chain(mesh, own, level=level, slug=slug, limits=limits))
    return TileTree(building=building, chains=tuple(chains))


def _slugs(levels: Sequence[Level]) -> list[str]:
    """A word for every level that any file system and URL takes, and one for what is on no level; all different."""
    taken: dict[str, int] = {}
    slugs = []
    for name in [
        *(re.sub(r"[^a-z0-9]+", "-", v.short_name.lower()).strip("-")[:32] or "level" for v in levels),
        "other",
    ]:
        slug, count = name, taken.get(name, 0)
        while slug in taken:
            count += 1
            slug = f"{name}-{count + 1}"
        taken[name], taken[slug] = count, 0
        slugs.append(slug)
    return slugs


def _chain(mesh: Mesh, triangles: Indices, *, level: int | None, slug: str, limits: tuple[int, int]) -> Tile:
    """All tiles of one level; ``limits`` are the triangles of a leaf and of a coarse tile."""
    features = _Features.of(mesh, triangles)
    if len(triangles) <= limits[0] or len(features.count) == 1:
        return Tile(path=f"levels/{slug}-0.glb", level=level, triangles=triangles)
    leaves = features.split(limits[0])
    coarse, error_m = features.largest(limits[1])
    children = tuple(
        Tile(path=f"levels/{slug}-{i}.glb", level=level, triangles=features.triangles_of(leaf))
        for i, leaf in enumerate(leaves, 1)
    )
    return Tile(
        path=f"levels/{slug}-0.glb",
        level=level,
        triangles=features.triangles_of(coarse),
        error_m=error_m,
        children=children,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Features:
    """The features of one level as columns: run of triangles, how many, centre and diagonal of the bounding box."""

    triangles: Indices
    start: Indices
    count: Indices
    centre: NDArray[np.float64]
    size_m: NDArray[np.float64]

    @classmethod
    def of(cls, mesh: Mesh, triangles: Indices) -> "_Features":
        start = np.flatnonzero(np.diff(mesh.feature[triangles].astype(np.int64), prepend=-1))
        low, high = boxes_of(mesh.positions[mesh.triangles[triangles]], start)
        return cls(
            triangles=triangles,
            start=start,
            count=np.diff(start, append=len(triangles)),
            centre=(low + high) / 2,
            size_m=np.linalg.norm(high - low, axis=1),
        )

    def triangles_of(self, chosen: Indices) -> Indices:
        """All triangles of some features, ascending."""
        mask = np.zeros(len(self.count), np.bool_)
        mask[chosen] = True
        return self.triangles[np.repeat(mask, self.count)]

    def largest(self, limit: int) -> tuple[Indices, float]:
        """Give the largest features that fit into ``limit`` triangles, and the diagonal of the largest one left out."""
        order = np.argsort(-self.size_m, kind="stable")
        order = order[self.count[order] <= limit]
        chosen = order[np.cumsum(self.count[order]) <= limit]
        return chosen, float(np.delete(self.size_m, chosen).max())

    def split(self, limit: int) -> list[Indices]:
        """Halve the features, along the axis they spread most, until each share has at most ``limit`` triangles."""
        leaves: list[Indices] = []
        shares = [np.arange(len(self.count))]
        while shares:
            share = shares.pop()
            if len(share) == 1 or self.count[share].sum() <= limit:
                leaves.append(share)
                continue
            axis = int(np.argmax(np.ptp(self.centre[share], axis=0)))
            share = share[np.argsort(self.centre[share, axis], kind="stable")]
            before = np.cumsum(self.count[share])
            middle = int(np.searchsorted(before, before[-1] / 2))
            middle = min(max(middle, 1), len(share) - 1)
            shares += [share[middle:], share[:middle]]
        return leaves
