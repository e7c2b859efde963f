"""Under which a question is asked: who moves, what they ask for, what is closed, slowed or turned round just now."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, TypedDict

import numpy as np
import shapely
from numpy.typing import NDArray

from indoor3d.models.building import Building
from indoor3d.models.network import Network
from indoor3d.models.state import Effects, Status
from indoor3d.models.vocabulary import ConnectorCategory, Direction
from indoor3d.routing._closed import Closed
from indoor3d.routing.cost import Costs, Elements, Options, costs, element_costs, refusals
from indoor3d.routing.cost.edges import AVERSE_CROWD, OPENING_M
from indoor3d.routing.cost.features import features
from indoor3d.routing.kept import LARGE, Kept, Shared
from indoor3d.routing.path import Arcs, arcs
from indoor3d.routing.profile import Profile

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

TIE_S_PER_M = 1e-9
"""Of equally quick ways the shorter one is chosen."""
_KEY_BYTES = 500
_UNKNOWN = object()
_RUNNING = frozenset({ConnectorCategory.ESCALATOR, ConnectorCategory.MOVING_WALK})


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Under which a question is asked.

    Parameters
    ----------
    profile : Profile
        With the options in it.
    closed : Closed
        What was asked to be closed and what is closed by the state of the venue.
    options : Options
    effects : Effects
        The state of the venue at the moment; its closures are in ``closed``, too.
    emergency : bool
        No lifts, escalators walked as stairs.
    stopped : frozenset of str
        Ids of escalators and moving walks that stand still.
    """

    profile: Profile
    closed: Closed
    options: Options = field(default_factory=Options)
    effects: Effects = field(default_factory=Effects)
    emergency: bool = False
    stopped: frozenset[str] = frozenset()

    @cached_property
    def mover(self) -> Hashable:
        """Who moves on what: conditions that share this differ in closures and crowds only."""
        oneway = tuple(sorted(self.effects.oneway.items()))
        return self.profile.id, self.options, self.emergency, self.stopped, oneway

    @cached_property
    def key(self) -> Hashable:
        """All that costs depend on."""
        return self.mover, self.closed.elements, tuple(sorted(self.effects.factor.items()))

    @property
    def per_m(self) -> float:
        """What a metre of level floor costs."""
        return 1 / self.profile.level_mps + TIE_S_PER_M


def standing_still(building: Building, effects: Effects) -> frozenset[str]:
    """Escalators and moving walks that are reported partly available: they stand, and can be walked."""
    if not effects.status:
        return frozenset()
    running = {c.id for c in building.connectors if c.category in _RUNNING}
    partly = {i for i, reported in effects.status.items() if reported.status is Status.PARTIALLY_AVAILABLE}
    return frozenset(running & partly)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slowing:
    """Crowds and smoke on one surface.

    Parameters
    ----------
    areas : (S,) object array of Polygon or MultiPolygon
    more : (S,) float64
        How much longer a way through each takes, in times.
    opening_s : (P,) float64
        Seconds more for each opening of the surface.
    level_mps : float
    burden : float
        What a second more costs beside itself.
    """

    areas: NDArray[np.object_]
    more: Floats
    opening_s: Floats
    level_mps: float
    burden: float

    def seconds(self, starts: Floats, ends: Floats) -> Floats:
        """(K,) seconds more that straight ways take for the spaces they lead through."""
        found = np.zeros(len(ends))
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        for area, more in zip(self.areas, self.more, strict=True):
            found += more / self.level_mps * shapely.length(shapely.intersection(lines, area))
        return found


class _Asked(TypedDict):
    """What costs depend on beside the profile."""

    options: Options
    emergency: bool
    stopped: frozenset[str]


def _asked(conditions: Conditions) -> _Asked:
    return _Asked(options=conditions.options, emergency=conditions.emergency, stopped=conditions.stopped)


def _slowed(conditions: Conditions) -> Hashable:
    """All that times depend on."""
    return conditions.mover, tuple(sorted(conditions.effects.factor.items()))


class Times(NamedTuple):
    """(M,) seconds along every edge, forwards and backwards; infinite where one cannot pass."""

    forward_s: Floats
    backward_s: Floats


class Weights:
    """What the arcs of one network cost under conditions; made when first asked for, and kept.

    Parameters
    ----------
    network : Network
    building : Building
        That the network was made from.
    """

    def __init__(self, network: Network, building: Building) -> None:
        self.network, self.building = network, building
        self._elements = Kept()
        self._times, self._open, self._arcs = Shared(LARGE), Shared(LARGE), Shared(LARGE)

    @cached_property
    def rows(self) -> Arcs:
        """Every way an edge can be gone, weighing its length; an arc's label is twice its edge, plus one when backwards."""
        network = self.network
        edge = np.arange(len(network.edge_from), dtype=np.int32)
        return arcs(
            len(network.node_position),
            np.concatenate([network.edge_from, network.edge_to]),
            np.concatenate([network.edge_to, network.edge_from]),
            weight=np.concatenate([network.edge_length_m, network.edge_length_m]),
            label=np.concatenate([2 * edge, 2 * edge + 1]),
        )

    def arcs(self, conditions: Conditions) -> Arcs:
        """The graph that conditions leave; labels as in :attr:`rows`."""
        found: Arcs | None = self._arcs.get(conditions.key)
        if found is None:
            opened = self._opened(conditions)
            weight = opened.weight
            if conditions.effects.factor:
                weight = self._cost(self.costs(conditions))
            closed = self.arcs_through(conditions.closed.elements)
            if len(closed):
                weight = weight.copy()
                weight[closed] = np.inf
            found = opened if weight is opened.weight else opened.raised(weight)
            self._arcs.keep(conditions.key, found, size=_KEY_BYTES + (0 if found is opened else weight.nbytes))
        return found

    def costs(self, conditions: Conditions) -> Costs:
        """What edges cost, forwards and backwards; closures do not count. Worked out each time: it takes a millisecond."""
        network, against = self._directed(conditions.effects.oneway)
        found = costs(
            network,
            self.building,
            conditions.profile,
            **_asked(conditions),
            factor=conditions.effects.factor,
        )
        for backwards, edges in enumerate(against):
            for column in ((found.forward_s, found.forward_cost), (found.backward_s, found.backward_cost))[backwards]:
                column[edges] = np.inf
        return found

    def times(self, conditions: Conditions) -> Times:
        """How long edges take; closures do not count."""
        found: Times | None = self._times.get(_slowed(conditions))
        return found if found is not None else self._timed(conditions, self.costs(conditions))

    def _timed(self, conditions: Conditions, made: Costs) -> Times:
        found = Times(made.forward_s, made.backward_s)
        self._times.keep(_slowed(conditions), found, size=_KEY_BYTES + 2 * made.forward_s.nbytes)
        return found

    def elements(self, conditions: Conditions) -> Elements:
        """What every element means under conditions, whatever edge it is on."""
        found: Elements | None = self._elements.get(conditions.mover)
        if found is None:
            found = element_costs(self.network, self.building, conditions.profile, **_asked(conditions))
            self._elements.keep(conditions.mover, found)
        return found

    def refusals(self, conditions: Conditions) -> NDArray[np.uint8]:
        """(M,) why each edge is refused, as :func:`~indoor3d.routing.cost.refusals`."""
        key = (conditions.mover, "refusals")
        found: NDArray[np.uint8] | None = self._elements.get(key)
        if found is None:
            found = refusals(self.network, self.building, conditions.profile, **_asked(conditions))
            self._elements.keep(key, found)
        return found

    def refused(self, conditions: Conditions) -> frozenset[str]:
        """Elements that cannot be passed: closed ones and those that the profile refuses."""
        key = (conditions.mover, conditions.closed.elements, "refused")
        found: frozenset[str] | None = self._elements.get(key)
        if found is None:
            reasons = zip(self.network.elements, self.elements(conditions).reason, strict=True)
            found = conditions.closed.elements | {name for name, reason in reasons if reason}
            self._elements.keep(key, found)
        return found

    def burdens_s(self, conditions: Conditions) -> Mapping[str, float]:
        """What going through an opening once costs beside its time, by id; only those that cost something."""
        key = (conditions.mover, "burdens")
        found: Mapping[str, float] | None = self._elements.get(key)
        if found is None:
            burden = self.elements(conditions).burden_s
            found = {self.network.elements[i]: float(burden[i]) for i in np.flatnonzero(burden > 0)}
            self._elements.keep(key, found)
        return found

    def burdens_of(self, conditions: Conditions, surface: int, openings: Sequence[str]) -> Floats | None:
        """The same for the openings of a surface, in their order; None where none of them costs anything."""
        key = (conditions.mover, "burdens", surface)
        known = self._elements.get(key, _UNKNOWN)
        if known is _UNKNOWN:
            burdens = self.burdens_s(conditions)
            made = np.array([burdens.get(name, 0.0) for name in openings])
            known = made if made.any() else None
            self._elements.keep(key, known)
        found: Floats | None = known
        return found

    def seconds(self, conditions: Conditions) -> Floats:
        """(A,) seconds along every arc of :attr:`rows`; closures do not count."""
        key = (_slowed(conditions), "seconds")
        found: Floats | None = self._times.get(key)
        if found is None:
            found = self._along(*self.times(conditions))
            self._times.keep(key, found, size=_KEY_BYTES + found.nbytes)
        return found

    @cached_property
    def borders(self) -> frozenset[str]:
        """Openings with the paid area on one side only."""
        found = features(self.network, self.building).paid_border
        return frozenset(self.network.elements[i] for i in np.flatnonzero(found))

    def slowing(self, conditions: Conditions, surface: int, openings: Sequence[str]) -> "Slowing | None":
        """What crowds and smoke do to straight ways on a surface; None where there are none."""
        if not conditions.effects.factor:
            return None
        key = (conditions.key, "slowing", surface)
        found: Slowing | None = self._elements.get(key)
        if found is None:
            factor, level = conditions.effects.factor, self.network.surfaces[surface].level
            spaces = [s for s in self.building.spaces if s.level == level and factor.get(s.id, 1.0) > 1.0]
            value = np.array([factor.get(name, 1.0) - 1.0 for name in openings])
            found = Slowing(
                areas=np.array([s.footprint for s in spaces], dtype=object),
                more=np.array([factor[s.id] - 1.0 for s in spaces]),
                opening_s=value * OPENING_M / conditions.profile.level_mps,
                level_mps=conditions.profile.level_mps,
                burden=AVERSE_CROWD if conditions.options.averse_to_crowds and not conditions.emergency else 0.0,
            )
            self._elements.keep(key, found)
        return found

    def arcs_through(self, elements: Collection[str]) -> Indices:
        """Arcs that pass any of some elements."""
        if not elements:
            return np.empty(0, np.int32)
        number, start, arc = self._by_element
        rows = [number[name] for name in elements if name in number]
        return np.concatenate([np.empty(0, np.int32), *(arc[start[row] : start[row + 1]] for row in rows)])

    def _opened(self, conditions: Conditions) -> Arcs:
        """The graph of whoever moves, with nothing closed and no crowd."""
        found: Arcs | None = self._open.get(conditions.mover)
        if found is None:
            calm = Conditions(
                profile=conditions.profile,
                closed=Closed(),
                options=conditions.options,
                effects=Effects(oneway=conditions.effects.oneway),
                emergency=conditions.emergency,
                stopped=conditions.stopped,
            )
            made = self.costs(calm)
            self._timed(calm, made)
            found = Arcs(rows=self.rows.rows, weight=self._cost(made))
            # with the landmarks that are made for it later
            self._open.keep(conditions.mover, found, size=_KEY_BYTES + found.weight.nbytes + 200 * found.count)
        return found

    def _cost(self, made: Costs) -> Floats:
        return self._along(made.forward_cost, made.backward_cost) + self.rows.weight * TIE_S_PER_M

    def _along(self, forward: Floats, backward: Floats) -> Floats:
        label = self.rows.rows.label
        return np.where(label & 1, backward[label >> 1], forward[label >> 1])

    def _directed(self, oneway: Mapping[str, Direction]) -> tuple[Network, tuple[list[int], list[int]]]:
        """The network with some connectors open both ways, and their edges that are then shut forwards and backwards."""
        against: tuple[list[int], list[int]] = ([], [])
        if not oneway:
            return self.network, against
        labels = {name: self.rows.rows.label[self.arcs_through([name])] >> 1 for name in oneway}
        down = {c.id for c in self.building.connectors if c.direction is Direction.DOWN}
        free = self.network.edge_oneway.copy()
        for name, edges in labels.items():
            free[edges] = False
            direction = oneway[name]
            if direction is not Direction.BOTH:
                # an edge leads from the first stop to the last, but on what only carries down
                upward_is_forward = name not in down
                forward_allowed = (direction is Direction.UP) == upward_is_forward
                against[forward_allowed].extend(np.unique(edges).tolist())
        return replace(self.network, edge_oneway=free), against

    @cached_property
    def _by_element(self) -> tuple[dict[str, int], Indices, Indices]:
        """Number of every element by id, and the arcs that pass each: start, arc."""
        network, rows = self.network, self.rows.rows
        edge = np.repeat(np.arange(len(network.edge_from)), np.diff(network.edge_element_start))
        element = np.concatenate([network.edge_element, network.edge_element])
        arc_of = np.empty(2 * len(network.edge_from), np.int32)
        arc_of[rows.label] = rows.same
        order = np.argsort(element, kind="stable")
        start = np.searchsorted(element[order], np.arange(len(network.elements) + 1)).astype(np.int32)
        return (
            {name: i for i, name in enumerate(network.elements)},
            start,
            arc_of[np.concatenate([2 * edge, 2 * edge + 1])[order]],
        )
