"""A coarse egress model as JuPedSim's network companion writes it down: rooms, flights and safe places, links with a width, groups of people.

The values mirror the peer's document, ``format_version`` 1, key by key, so that reading and writing loses nothing: what a document
leaves out stays None here, and is left out again. :data:`SECTIONS` names every key, what it takes and where it is kept; the reader
(:mod:`indoor3d.sources.jupedsim_network`) and the writer (:mod:`indoor3d.exports.jupedsim_network`) both follow it.

Source: documentation and behaviour of jupedsim-network 0.5.0 (LGPL-3.0-or-later), a peer in tests; none of its code is here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FORMAT_VERSION = 1
SPREADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Fixed": ("value",),
        "Uniform": ("minimum", "maximum"),
        "Normal": ("mean", "std"),
        "LogNormal": ("mean", "std"),
        "Triangular": ("minimum", "mode", "maximum"),
        "Weibull": ("alpha", "beta"),
    }
)
"""Distributions and their parameters. ``LogNormal`` takes mean and deviation of the variable itself; ``alpha`` of ``Weibull`` is its scale."""
KINDS = ("room", "stair", "safe")
LINK_KINDS = ("door", "opening", "stair")
NAMED = 20
"""As many names as the text of a refusal holds; its context has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A distributed number.

    Parameters
    ----------
    kind : str
        A key of :data:`SPREADS`.
    parameters : mapping of str to float
    bounds : mapping of str to float or None
        ``lower`` and ``upper`` where they are given. Without ``lower`` it is 0; None removes the bound.
    """

    kind: str
    parameters: Mapping[str, float] = field(hash=False)
    bounds: Mapping[str, float | None] = field(default_factory=dict, hash=False)


Value = float | Spread
"""A number, or a distribution of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place: a level ``room``, a flight (``stair``) or a ``safe`` place. Its floor is an area, or length times width; metres."""

    name: str
    kind: str
    area_m2: float | None = None
    length_m: float | None = None
    width_m: float | None = None
    riser_m: float | None = None
    tread_m: float | None = None

    @property
    def floor_m2(self) -> float:
        """Its area; infinite for a safe place."""
        if self.area_m2 is not None:
            return self.area_m2
        if self.length_m is not None and self.width_m is not None:
            return self.length_m * self.width_m
        return float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A door, opening or stair entry from one place to another; both ways unless ``bidirectional`` is false.

    ``length_m`` is walked in the place that one leaves. ``specific_flow`` is persons a second and metre of effective width, which is the
    clear width less ``boundary_layer_m`` on each side.
    """

    source: str
    target: str
    width_m: float
    kind: str | None = None
    length_m: float | None = None
    specific_flow: float | None = None
    boundary_layer_m: float | None = None
    merge_weight: float | None = None
    bidirectional: bool | None = None
    name: str | None = None

    @property
    def label(self) -> str:
        """Its name, or where it leads."""
        return self.name or f"{self.source}->{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who begin in one place."""

    node: str
    count: Value
    speed_mps: Value | None = None
    pre_movement_s: Value | None = None
    start_distance_m: Value | None = None
    area_factor: float | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressScenario:
    """A document of the peer. ``hydraulic``, ``simulation``, ``run`` and ``monte_carlo`` hold the keys that are given; None: not a section."""

    nodes: tuple[Room, ...]
    links: tuple[Link, ...]
    groups: tuple[Group, ...]
    description: str | None = None
    software_version: str | None = None
    hydraulic: Mapping[str, float] | None = field(default=None, hash=False)
    simulation: Mapping[str, float | str | bool] | None = field(default=None, hash=False)
    run: Mapping[str, int] | None = field(default=None, hash=False)
    monte_carlo: Mapping[str, int | tuple[float, ...]] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of the document.

    Parameters
    ----------
    takes : str
        ``text``, ``flag``, ``seed``, ``count`` (whole, from 1), ``number``, ``positive``, ``from0``, ``value`` (a number from 0 or a
        distribution), ``choice`` or ``shares`` (numbers between 0 and 1).
    kept : str
        Attribute of the value; the key itself where empty.
    required : bool
    choices : tuple of str
    """

    takes: str
    kept: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


_FLOOR = {
    "area": Key(takes="positive", kept="area_m2"),
    "length": Key(takes="positive", kept="length_m"),
    "width": Key(takes="positive", kept="width_m"),
}
_NODE = {"name": Key(takes="text", required=True), "kind": Key(takes="choice", required=True, choices=KINDS)}
_STEPS = {
    "riser": Key(takes="positive", kept="riser_m", required=True),
    "tread": Key(takes="positive", kept="tread_m", required=True),
}
SECTIONS: Mapping[str, Mapping[str, Key]] = MappingProxyType(
    {
        "room": _NODE | _FLOOR,
        "stair": _NODE | _STEPS | _FLOOR,
        "safe": _NODE,
        "connections": {
            "source": Key(takes="text", required=True),
            "target": Key(takes="text", required=True),
            "width": Key(takes="positive", kept="width_m", required=True),
            "kind": Key(takes="choice", choices=LINK_KINDS),
            "length": Key(takes="from0", kept="length_m"),
            "specific_flow": Key(takes="positive"),
            "boundary_layer": Key(takes="from0", kept="boundary_layer_m"),
            "merge_weight": Key(takes="positive"),
            "bidirectional": Key(takes="flag"),
            "name": Key(takes="text"),
        },
        "populations": {
            "node": Key(takes="text", required=True),
            "count": Key(takes="value", required=True),
            "speed": Key(takes="value", kept="speed_mps"),
            "pre_movement": Key(takes="value", kept="pre_movement_s"),
            "start_distance": Key(takes="value", kept="start_distance_m"),
            "area_factor": Key(takes="positive"),
            "target": Key(takes="text"),
        },
        "hydraulic_parameters": {
            "speed_density_slope": Key(takes="positive"),
            "level_speed_constant": Key(takes="positive"),
            "door_specific_flow": Key(takes="positive"),
            "stair_speed_coefficient": Key(takes="positive"),
            "door_boundary_layer": Key(takes="from0"),
            "stair_boundary_layer": Key(takes="from0"),
        },
        "simulation": {
            "dt": Key(takes="positive"),
            "t_max": Key(takes="positive"),
            "max_density": Key(takes="positive"),
            "supply_reduction": Key(takes="flag"),
            "split_ties": Key(takes="flag"),
            "counterflow": Key(takes="choice", choices=("bounding", "estimate", "independent")),
            "routing_policy": Key(takes="choice", choices=("shortest_distance", "shortest_free_flow_time")),
        },
        "run": {"seed": Key(takes="seed")},
        "monte_carlo": {
            "runs": Key(takes="count", required=True),
            "seed": Key(takes="seed"),
            "quantiles": Key(takes="shares"),
        },
    }
)
"""Every key of a node of each kind, of a link, a group and the sections of settings."""
SETTINGS: Mapping[str, str] = MappingProxyType(
    {"hydraulic_parameters": "hydraulic", "simulation": "simulation", "run": "run", "monte_carlo": "monte_carlo"}
)
"""Sections of settings, and the attribute of :class:`EgressScenario` that holds each."""
