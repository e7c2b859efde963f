"""Conditions for tests: any that can be, on the elements of :func:`tests.buildings.two_floors`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from shapely import Polygon, box

from indoor3d.models.building import Text
from indoor3d.models.state import Area, Condition, Effect, Remedy, Status
from indoor3d.models.vocabulary import Direction

CONNECTORS = ("lift-1", "stairs-1")
PASSABLE: tuple[str, ...] = (
    *CONNECTORS,
    "door-exit-1",
    "door-office",
    "exit-1",
    "exit-2",
    "hall",
    "gallery",
    "office",
    "shop",
    "store",
)
FACILITIES = ("aed-1", "info-1")

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12) | st.sampled_from(
    ["점검 중", "a & b < c", ""]
)


def _areas() -> st.SearchStrategy[Area]:
    def make(level: str, x: float, y: float, w: float, h: float) -> Area:
        shape: Polygon = box(x, y, x + w, y + h)
        return Area(level=level, polygon=shape)

    size = st.floats(0.1, 12)
    return st.builds(make, st.sampled_from(["g", "u"]), st.floats(-2, 20), st.floats(-2, 10), size, size)


@st.composite
def conditions(draw: st.DrawFn, ident: str | None = None, *, effects: tuple[Effect, ...] = tuple(Effect)) -> Condition:
    """Any condition that :func:`indoor3d.models.state.check` lets through for the two-floor building."""
    effect = draw(st.sampled_from(effects))
    start = draw(st.none() | MOMENTS)
    length = draw(st.none() | st.integers(1, 10**9))
    end = None if length is None else (start or draw(MOMENTS)) + timedelta(milliseconds=length)
    reported_at = draw(st.none() | MOMENTS)
    more: dict[str, Any] = {}
    names: tuple[str, ...] = PASSABLE
    area = None
    if effect is Effect.ONE_WAY:
        names, more["direction"] = CONNECTORS, draw(st.sampled_from(Direction))
    elif effect is Effect.STATUS:
        names, more["status"] = (*PASSABLE, *FACILITIES), draw(st.sampled_from(Status))
        if reported_at is not None:
            more["interval_s"] = draw(st.none() | st.integers(1, 10**6).map(float))
    elif effect is not Effect.CLOSED:
        more["factor"] = draw(st.floats(1, 100) | (st.none() if effect is Effect.SMOKE else st.nothing()))
        area = draw(st.none() | _areas())
    few = 0 if area is not None else 1
    return Condition(
        id=ident if ident is not None else draw(st.text("abc가나-_$", min_size=1, max_size=6)),
        effect=effect,
        elements=tuple(draw(st.lists(st.sampled_from(names), min_size=few, max_size=3))),
        area=area,
        start=start,
        end=end,
        hours=draw(st.sampled_from(["", "Mo-Fr 01:00-04:30", "Mo off", "Mo-Su,PH 05:30-25:00"])),
        cause=draw(st.builds(Text, default=TEXTS, ko=TEXTS, en=TEXTS)),
        source=draw(TEXTS),
        reporter=draw(TEXTS),
        reported_at=reported_at,
        automatic=draw(st.none() | st.booleans()),
        remedy=draw(st.sampled_from(Remedy)),
        remedy_text=draw(st.builds(Text, default=TEXTS, ko=TEXTS, en=TEXTS)),
        **more,
    )


def many(*, most: int = 6, effects: tuple[Effect, ...] = tuple(Effect)) -> st.SearchStrategy[tuple[Condition, ...]]:
    """Several, each with its own id."""

    @st.composite
    def make(draw: st.DrawFn) -> tuple[Condition, ...]:
        return tuple(draw(conditions(f"c{n}", effects=effects)) for n in range(draw(st.integers(0, most))))

    return make()
