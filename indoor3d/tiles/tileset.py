"""Tile tree to files: ``tileset.json`` and its GLBs, packed for browsers and plain for everyone else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from indoor3d.models.building import Building
from indoor3d.tiles.columns import Columns, make_columns
from indoor3d.tiles.compress import step_for
from indoor3d.tiles.cut import Tile, TileTree, cut
from indoor3d.tiles.earth import Region, apply, join_regions, region_of, root_transform
from indoor3d.tiles.glb import MEDIA_TYPE, write_glb
from indoor3d.tiles.metadata import TILESET_SCHEMA, copyright_of, level_entity, venue_entity

PROFILES: Mapping[str, bool] = {"meshopt": True, "plain": False}
"""Folder of a profile, and whether its GLBs are packed."""

JSON_TYPE = "application/json"

_EMPTY_REACH_M = 1.0
"""A tileset with nothing to draw still needs a bounding volume: two metres around the site origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFile:
    """One file of a tileset."""

    media_type: str
    data: bytes


def write_tilesets(building: Building, *, tree: TileTree | None = None) -> dict[str, TileFile]:
    """Write a building as 3D Tiles 1.1 in both profiles.

    Parameters
    ----------
    building : Building
    tree : TileTree, optional
        How to divide it; by default :func:`~indoor3d.tiles.cut.cut` decides.

    Returns
    -------
    dict
        Path (``meshopt/tileset.json``, ``plain/levels/1f-0.glb``…) to file, sorted by path.
    """
    names = [level.name.best("") or level.short_name for level in building.levels]
    files: dict[str, TileFile] = {}

    def draw(tile: Tile, columns: Columns) -> None:
        name = building.venue.id if tile.level is None else names[tile.level]
        for profile, packed in PROFILES.items():
            data = write_glb(columns, name=name, credit=copyright_of(building), packed=packed)
            files[f"{profile}/{tile.path}"] = TileFile(media_type=MEDIA_TYPE, data=data)

    data = orjson.dumps(lay_out(tree or cut(building), draw))
    files |= {f"{profile}/tileset.json": TileFile(media_type=JSON_TYPE, data=data) for profile in PROFILES}
    return dict(sorted(files.items()))


def lay_out(tree: TileTree, draw: Callable[[Tile, Columns], None]) -> dict[str, Any]:
    """Hand every tile that shows something to ``draw``, and give the tileset JSON; it is the same in every profile."""
    building = tree.building
    drawn = _drawn_bounds(tree)
    transform = root_transform(building.frame, drawn.mean(axis=0))
    regions: dict[str, Region] = {}
    for tile in tree.walk():
        if len(tile.triangles):
            columns = make_columns(building.mesh, tile.triangles)
            regions[tile.path] = _region(columns, transform)
            draw(tile, columns)
    whole = join_regions(regions.values()) if regions else region_of(apply(transform, drawn))
    children = [_tile(chain, regions) for chain in tree.chains]
    error_m = max([float(np.linalg.norm(np.ptp(drawn, axis=0))), *(2 * chain.error_m for chain in tree.chains)])
    return {
        "asset": {"version": "1.1", "generator": "indoor3d"},
        "schema": TILESET_SCHEMA,
        "metadata": venue_entity(building.venue),
        **({"groups": [level_entity(level) for level in building.levels]} if building.levels else {}),
        "geometricError": error_m,
        "root": {
            "transform": transform.T.reshape(-1).tolist(),
            "boundingVolume": {"region": whole},
            "geometricError": error_m,
            "refine": "ADD",
            **({"children": children} if children else {}),
        },
    }


def _drawn_bounds(tree: TileTree) -> NDArray[np.float64]:
    """Lowest and highest corner of all that is drawn, ``(2, 3)`` metres, site frame."""
    mesh = tree.building.mesh
    leaves = [tile.triangles for tile in tree.walk() if not tile.children]
    if not leaves:
        return np.array([[-_EMPTY_REACH_M] * 3, [_EMPTY_REACH_M] * 3])
    corners = mesh.positions[np.unique(mesh.triangles[np.concatenate(leaves)])]
    return np.array([corners.min(axis=0), corners.max(axis=0)])


def _region(columns: Columns, transform: NDArray[np.float64]) -> Region:
    """Bounding region of a tile in both profiles: packed positions are up to half a step off on each axis."""
    step_m = step_for(float(np.abs(columns.positions).max()))
    return region_of(apply(transform, columns.site_positions), margin_m=step_m)


def _tile(tile: Tile, regions: Mapping[str, Region]) -> dict[str, Any]:
    """Give the JSON of a tile; the content has a volume of its own where the tile holds more than it."""
    whole = join_regions(regions[t.path] for t in tile.walk() if t.path in regions)
    document: dict[str, Any] = {"boundingVolume": {"region": whole}, "geometricError": tile.error_m}
    if tile.children:
        document["refine"] = "REPLACE"
    if tile.path in regions:
        own = regions[tile.path]
        document["content"] = {
            **({} if own == whole else {"boundingVolume": {"region": own}}),
            "uri": tile.path,
            **({} if tile.level is None else {"group": tile.level}),
        }
    if tile.children:
        document["children"] = [_tile(child, regions) for child in tile.children]
    return document
