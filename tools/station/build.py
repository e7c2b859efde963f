"""What the writers of parts share: the file being written, the storeys and spaces made so far, and placed products."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tools.station.network import OUTSIDE, reachable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.station.layout import Layout
    from tools.station.model import Item, Lift, Plan, Point, Ride, StairLift
    from tools.station.solids import Extrusion
    from tools.station.writer import Entity, Value, Writer

COMMON = "Indoor3D_Common"
"""The property set that readers of this project look for; never a name that starts with ``Pset_``."""


def common_values(item: Item) -> dict[str, Value | None]:
    """Return the properties every element has: names, source and certainty."""
    return {"NameKo": item.ko, "NameEn": item.en, "Source": item.source, "Certainty": item.certainty}


def texts(ko: str, en: str) -> dict[str, Value | None]:
    """Return the properties of a sentence in both languages; empty ones are left out when they are written."""
    return {key: ("IfcText", text) if text else None for key, text in (("TextKo", ko), ("TextEn", en))}


def ride_values(item: Ride) -> dict[str, Value | None]:
    """Return the properties that say who can use a way; what nobody has said is left out when they are written."""
    return {
        "Handrail": item.handrail,
        "Tactile": item.tactile,
        "Accessible": item.accessible,
        "NeedsStaff": item.needs_staff,
        "Speed": None if item.speed is None else ("IfcLinearVelocityMeasure", item.speed),
        "SignKo": item.sign_ko,
        "SignEn": item.sign_en,
        "OpeningHours": item.hours,
    }


def car_values(item: Lift | StairLift) -> dict[str, Value | None]:
    """Return the properties of the inside of a car, or of a platform."""
    return {"CarWidth": metres(item.car_width), "CarDepth": metres(item.car_depth)}


def metres(value: float | None) -> Value | None:
    """Return a length as it is written, or ``None``."""
    return None if value is None else ("IfcLengthMeasure", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a part lies: storey, origin in site metres, height above the street datum, site direction of its x axis."""

    level: str
    z: float
    at: Point = (0.0, 0.0)
    along: Point = (1.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Build:
    """One file in the making."""

    writer: Writer
    layout: Layout
    storeys: dict[str, Entity]
    spaces: dict[str, Entity]
    doors: dict[str, Entity] = field(default_factory=dict)
    stairs: dict[str, Entity] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan being written."""
        return self.layout.plan

    @cached_property
    def step_free(self) -> frozenset[str]:
        """Spaces that can be reached from the street without steps."""
        return frozenset(reachable(self.plan, OUTSIDE, step_free=True))

    def product(
        self,
        kind: str,
        key: str,
        spot: Spot,
        *,
        name: str,
        solids: Sequence[Extrusion] = (),
        shared: bool = False,
        contained: bool = True,
    ) -> Entity:
        """Create a product with a body and put it into its storey.

        Parameters
        ----------
        kind, key, name : str
            IFC class, unique key (also the Tag), and name.
        spot : Spot
            Where the part's own frame lies.
        solids : sequence of Extrusion
            Body in the part's own frame; none for wholes that only have parts.
        shared : bool
            Reuse an equal body through a mapped item.
        contained : bool
            ``False`` for parts of a whole and for openings, which are placed through that.

        Returns
        -------
        Entity
            The product, for class-specific attributes to be set.
        """
        named = {} if kind == "IfcVirtualElement" else {"Tag": key}
        height = round(spot.z - self.plan.elevation(spot.level), 6)
        parent = self.storeys[spot.level].ObjectPlacement
        entity = self.writer.rooted(
            kind,
            key,
            Name=name,
            ObjectPlacement=self.writer.placement(parent, (spot.at[0], spot.at[1], height), spot.along),
            Representation=self.writer.shape(solids, shared=shared) if solids else None,
            **named,
        )
        if contained:
            self.writer.contain(self.storeys[spot.level], entity)
        return entity

    def bound(
        self,
        space: str,
        element: Entity,
        key: str,
        *,
        virtual: bool = False,
        external: bool = False,
        surface: Entity | None = None,
    ) -> None:
        """State that an element is part of the boundary of a space."""
        self.writer.rooted(
            "IfcRelSpaceBoundary",
            f"{key}/{space}",
            Name="1stLevel",
            RelatingSpace=self.spaces[space],
            RelatedBuildingElement=element,
            ConnectionGeometry=surface,
            PhysicalOrVirtualBoundary="VIRTUAL" if virtual else "PHYSICAL",
            InternalOrExternalBoundary="EXTERNAL" if external else "INTERNAL",
        )
