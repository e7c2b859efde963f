"""Boundaries without walls, and the check of openings against the space boundaries that a file declares."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import shapely
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from indoor3d.models.building import Obstacle, Opening, Space
from indoor3d.models.issue import Issue
from indoor3d.models.vocabulary import DoorKind, OpeningCategory
from indoor3d.sources._ifc_model import Model
from indoor3d.sources._ifc_openings import is_indoors
from indoor3d.sources._ifc_plan import clean, shadow

TOUCH_M = 0.06
"""Spaces this near touch; the thinnest walls of real models are 7 cm."""
_DECLARED_TOUCH_M = 0.35
_STEP_M = 0.25
_SAME_FLOOR_M = 0.05
_HEADROOM_M = 1.8
_MIN_WIDTH_M = 0.5
_REACH_M = 0.06
_CLEAR_M = 0.02


def virtual_openings(
    model: Model, spaces: Sequence[Space], obstacles: Sequence[Obstacle], doors: Iterable[Opening]
) -> list[Opening]:
    """Where two walkable spaces touch with nothing between.

    Pairs that the file does not declare as open are taken as open too, each with an issue; but not two floors with a
    step between them where a stair or a ramp already leads from one to the other.
    """
    walkable = [s for s in spaces if s.walkable]
    if not walkable:
        return []
    declared = _declared_open(model)
    barrier = _Barriers(obstacles, doors)
    ways = _ways(model)
    tree = shapely.STRtree([s.footprint for s in walkable])
    left, right = tree.query([s.footprint for s in walkable], predicate="dwithin", distance=_DECLARED_TOUCH_M)
    pairs = sorted({(i, j) for i, j in zip(left.tolist(), right.tolist(), strict=True) if i < j})
    found = []
    for i, j in pairs:
        a, b = sorted((walkable[i], walkable[j]), key=lambda s: s.id)
        if not _meet(a, b):
            continue
        known = _is_declared(declared, model, a.id, b.id)
        if not known and _joined_by(ways, a, b):
            continue
        opened = _between(a, b, barrier, _DECLARED_TOUCH_M if known else TOUCH_M)
        if opened and not known:
            centre = opened[0].footprint.centroid
            values = {"spaces": f"{a.name.best() or a.id}, {b.name.best() or b.id}"}
            issue = Issue(
                code="opening.assumed-open",
                element=opened[0].id,
                level=a.level,
                position=(centre.x, centre.y, a.floor_m),
                values=values,
            )
            model.issues.append(issue)
        found += opened
    return found


def _ways(model: Model) -> shapely.STRtree:
    """Plans of stairs and ramps."""
    parts = [p for whole in model.family("IfcStair", "IfcRamp") for p in model.descendants(whole.key)]
    products = (*model.family("IfcStair", "IfcStairFlight", "IfcRamp", "IfcRampFlight"), *parts)
    shapes = [s for p in products if p.family != "IfcRailing" and (s := model.shape(p)) is not None]
    return shapely.STRtree([shadow(s) for s in shapes])


def _joined_by(ways: shapely.STRtree, a: Space, b: Space) -> bool:
    if abs(a.floor_m - b.floor_m) <= _SAME_FLOOR_M:
        return False
    edge = a.footprint.boundary.intersection(b.footprint.buffer(TOUCH_M))
    return bool(len(ways.query(edge, predicate="dwithin", distance=_REACH_M)))


def _meet(a: Space, b: Space) -> bool:
    headroom = min(a.ceiling_m, b.ceiling_m) - max(a.floor_m, b.floor_m)
    return abs(a.floor_m - b.floor_m) <= _STEP_M and headroom >= _HEADROOM_M


def _declared_open(model: Model) -> tuple[dict[int, set[int]], set[int]]:
    """Spaces at each virtual element, and spaces with a virtual boundary that names no element."""
    shared: dict[int, set[int]] = defaultdict(set)
    nameless: set[int] = set()
    for space, element, virtual in model.relation("boundaries"):
        family = model.products[element].family if element in model.products else ""
        if virtual and (not element or family in {"IfcVirtualElement", "IfcOpeningElement"}):
            if element:
                shared[element].add(space)
            else:
                nameless.add(space)
    return shared, nameless


def _is_declared(declared: tuple[dict[int, set[int]], set[int]], model: Model, a: str, b: str) -> bool:
    shared, nameless = declared
    keys = {model.key_of[a], model.key_of[b]} if a in model.key_of and b in model.key_of else set()
    return bool(keys) and (keys <= nameless or any(keys <= members for members in shared.values()))


class _Barriers:
    """What closes a boundary: obstacles, and doors, which are openings of their own."""

    def __init__(self, obstacles: Sequence[Obstacle], doors: Iterable[Opening]) -> None:
        rows: list[tuple[BaseGeometry, float, float]] = [
            (o.footprint, o.floor_m - 0.5, o.floor_m + 0.5) for o in obstacles
        ]
        rows += [(d.footprint, d.floor_m - 0.5, d.floor_m + 0.5) for d in doors]
        self.rows = rows
        self.tree = shapely.STRtree([row[0] for row in rows])

    def near(self, line: BaseGeometry, floor_m: float) -> BaseGeometry:
        """Union of the barriers at a line."""
        hits = sorted(self.tree.query(line, predicate="dwithin", distance=_REACH_M).tolist())
        plans = [self.rows[i][0] for i in hits if self.rows[i][1] <= floor_m <= self.rows[i][2]]
        return shapely.union_all([shapely.make_valid(p) for p in plans])


def _between(a: Space, b: Space, barriers: _Barriers, touch_m: float) -> list[Opening]:
    edge = a.footprint.boundary.intersection(b.footprint.buffer(touch_m))
    if edge.length < _MIN_WIDTH_M:
        return []
    closed = barriers.near(edge, max(a.floor_m, b.floor_m))
    free = edge.difference(closed.buffer(_CLEAR_M, join_style="mitre")) if not closed.is_empty else edge
    lines = [p for p in shapely.get_parts(free) if isinstance(p, (LineString, MultiLineString)) and p.length > 0]
    merged = shapely.line_merge(MultiLineString(lines)) if lines else MultiLineString()
    found: list[Opening] = []
    for line in sorted(shapely.get_parts(merged), key=lambda p: tuple(round(v, 3) for v in p.bounds)):
        if line.length < _MIN_WIDTH_M:
            continue
        gap = line.distance(b.footprint) if touch_m > TOUCH_M else TOUCH_M
        strip = clean(
            line.buffer(max(gap, TOUCH_M) + _REACH_M, cap_style="flat", join_style="mitre").difference(closed)
        )
        parts = [
            p
            for p in shapely.get_parts(strip)
            if isinstance(p, Polygon) and p.intersects(a.footprint) and p.intersects(b.footprint)
        ]
        if parts:
            found.append(_virtual(a, b, max(parts, key=lambda p: p.area), line, len(found) + 1))
    return found


def _virtual(a: Space, b: Space, footprint: Polygon, line: BaseGeometry, number: int) -> Opening:
    return Opening(
        id=f"{a.id}~{b.id}~{number}",
        level=a.level if a.floor_m >= b.floor_m else b.level,
        footprint=footprint,
        floor_m=max(a.floor_m, b.floor_m),
        spaces=(a.id, b.id),
        category=OpeningCategory.VIRTUAL,
        clear_width_m=round(float(line.length), 4),
        kind=DoorKind.OPEN,
    )


def check_boundaries(model: Model, openings: Iterable[Opening], spaces: Sequence[Space]) -> None:
    """Report doors whose spaces differ from those that IfcRelSpaceBoundary names."""
    key_of = {s.id: model.key_of[s.id] for s in spaces if s.id in model.key_of}
    id_of = {key: ident for ident, key in key_of.items()}
    declared: dict[int, set[str]] = defaultdict(set)
    for space, element, _ in model.relation("boundaries"):
        if space in id_of:
            declared[element].add(id_of[space])
    outdoors = {s.id for s in spaces if not is_indoors(s)}
    checked = agreed = 0
    for opening in openings:
        said = declared.get(model.key_of.get(opening.id, -1))
        if not said:
            continue
        checked += 1
        if said - outdoors == set(opening.spaces) - outdoors:
            agreed += 1
            continue
        values = {"geometry": ", ".join(sorted(opening.spaces)) or "–", "declared": ", ".join(sorted(said))}
        model.issues.append(
            Issue(code="opening.boundary-differs", element=opening.id, level=opening.level, values=values)
        )
    model.facts["boundaries_checked"] = checked
    model.facts["boundaries_agreed"] = agreed
