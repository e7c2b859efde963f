"""What things look like where the source gives no colour: restrained, and told apart with a colour-blind eye.

Spaces are drawn in Paul Tol's *light* qualitative scheme (P. Tol, "Colour Schemes", SRON/EPS/TN/09-002, issue 3.2, 2021),
translucent, so that what stands in them stays visible; building parts are greys and muted earth tones behind them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.mesh import Feature
from indoor3d.models.vocabulary import MeshCategory, SpaceCategory

Rgba = tuple[int, int, int, int]
"""sRGB and opacity, 0 to 255."""

_SPACE_OPACITY = 0x40
"""A quarter: four spaces behind one another still let a wall be seen."""

_PARTS: dict[MeshCategory, int] = {
    MeshCategory.WALL: 0xD9D6CFFF,
    MeshCategory.SLAB: 0xBFBCB5FF,
    MeshCategory.ROOF: 0xA9A59DFF,
    MeshCategory.COLUMN: 0xC9C4BAFF,
    MeshCategory.DOOR: 0x8C6D4FFF,
    MeshCategory.WINDOW: 0x9FC5D873,
    MeshCategory.STAIRS: 0xE0A33EFF,
    MeshCategory.RAMP: 0xC9B458FF,
    MeshCategory.ESCALATOR: 0xD98F2BFF,
    MeshCategory.LIFT: 0x5B8FB9FF,
    MeshCategory.RAILING: 0x8A8F94FF,
    MeshCategory.GATE: 0xB5713CFF,
    MeshCategory.FURNITURE: 0xC8B79EFF,
    MeshCategory.EQUIPMENT: 0x9AA3A8FF,
    MeshCategory.SAFETY: 0xC8362FFF,
    MeshCategory.SIGN: 0x2F6DB3FF,
    MeshCategory.SITE: 0xCFD6C4FF,
}
_OTHER = 0xB8B8B8FF

_SPACES: dict[str, int] = {
    SpaceCategory.CORRIDOR: 0x99DDFF,
    SpaceCategory.CONCOURSE: 0x99DDFF,
    SpaceCategory.PASSAGE: 0x99DDFF,
    SpaceCategory.LOBBY: 0x99DDFF,
    SpaceCategory.PLATFORM: 0x77AADD,
    SpaceCategory.RESTROOM: 0x44BB99,
    SpaceCategory.RESTROOM_ACCESSIBLE: 0x44BB99,
    SpaceCategory.NURSING_ROOM: 0x44BB99,
    SpaceCategory.SHOP: 0xEE8866,
    SpaceCategory.STAIRWELL: 0xEEDD88,
    SpaceCategory.LIFT_SHAFT: 0xEEDD88,
    SpaceCategory.TRACK: 0xFFAABB,
    SpaceCategory.PARKING: 0xAAAA00,
    SpaceCategory.OUTDOOR: 0xBBCC33,
}
_SPACE = 0xDDDDDD


def default_colour(category: MeshCategory, kind: str = "") -> Rgba:
    """Colour and opacity of a thing that has none of its own.

    Parameters
    ----------
    category : MeshCategory
    kind : str
        For a space its :class:`~indoor3d.models.vocabulary.SpaceCategory`; anything else is drawn as an ordinary space.
    """
    if category is MeshCategory.SPACE:
        value = _SPACES.get(kind, _SPACE) << 8 | _SPACE_OPACITY
    else:
        value = _PARTS.get(category, _OTHER)
    return value >> 24, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF


def triangle_colours(
    colour: NDArray[np.uint8], feature: NDArray[np.intp], features: Sequence[Feature]
) -> NDArray[np.uint8]:
    """Colour every triangle: as its source has it, else from the palette.

    A fully transparent colour says nothing and counts as none. Spaces always take the palette: an opaque space would hide
    everything inside it.

    Parameters
    ----------
    colour : (T, 4) uint8
    feature : (T,) int
        Index into ``features``.
    features : sequence of Feature

    Returns
    -------
    (T, 4) uint8
    """
    defaults = np.array([default_colour(f.category, f.kind) for f in features], np.uint8).reshape(-1, 4)
    spaces = np.array([f.category is MeshCategory.SPACE for f in features], np.bool_)
    own = (colour[:, 3] > 0) & ~spaces[feature]
    return np.where(own[:, None], colour, defaults[feature])


def linear(colour: Rgba) -> list[float]:
    """Colour as glTF's ``baseColorFactor``: linear light, 0 to 1.

    Source: IEC 61966-2-1:1999, 5.2 (sRGB transfer function).
    """
    rgb = [c / 255 for c in colour[:3]]
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return [round(c, 6) for c in (*light, colour[3] / 255)]
