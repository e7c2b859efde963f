"""The language-free step list: what is to be done, where, and by what one knows the place (DIRECTIONS.md §1).

A step holds all that any text about it is made from; text never decides anything.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.building import Position, Text

Floats = NDArray[np.float64]

STRAIGHT_DEG, SLIGHT_DEG, TURN_DEG, SHARP_DEG = 20.0, 60.0, 120.0, 160.0
"""Upper bounds of straight on, slight turn, turn and sharp turn; beyond is a turn back (DIRECTIONS.md §2)."""
FUSE_M = 5.0
"""Two manoeuvres closer than this are one sentence (DIRECTIONS.md §1)."""
ANNOUNCE_M = 6.0
"""How far before its place a feature is announced (Wayfindr Open Standard, Rec. 2.0; DIRECTIONS.md §3)."""
REASSURE_EVERY_M, REASSURE_BEYOND_M = 10.0, 15.0
"""Ways longer than the second are spoken about again at every multiple of the first (the same)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """The one thing that tells the place of a manoeuvre.

    Parameters
    ----------
    id : str
        Of a facility, a space or a connector.
    category : str
    side : str
        ``left``, ``right``, ``ahead`` or ``behind``, as one comes.
    relation : str
        ``past`` it, ``at`` it, ``before`` it; at a start one stands facing it (``ahead``), with the back to it
        (``behind``), or with it on the ``left`` or ``right``.
    order : int
        Which of its kind it is on that side since the last manoeuvre, from 1; 0 when it is the only one.
    """

    id: str
    category: str
    side: str
    relation: str
    order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """An opening that is passed.

    Parameters
    ----------
    id : str
    category : str
        ``door``, ``gate`` or ``exit``.
    sense : str
        ``out`` of the building or the paid area, ``in``, or ``through`` when it is neither.
    kind : str
        Of a door: a value of ``DoorKind``; empty when nobody has said.
    automatic : bool or None
    """

    id: str
    category: str
    sense: str = "through"
    kind: str = ""
    automatic: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """A connector that is taken.

    Parameters
    ----------
    id : str
    category : str
        A value of :class:`~indoor3d.models.vocabulary.Mode`.
    way : str
        ``up``, ``down`` or ``along``: the sign of the height gained.
    place : str
        Which of some that stand side by side, as one comes: ``left``, ``middle``, ``right``; empty for one alone.
    abreast : int
        How many stand side by side; 0 for one alone.
    leads_to : str
        Id of the platform or concourse that it leads to; ``street`` for the street; empty for others.
    button : str
        Id of the level whose button is pressed; lifts only.
    door : str
        Where the door to leave by is, seen by one who came in and did not turn: ``opposite``, ``same``, ``left``, ``right``.
    reverses : bool
        A wheelchair cannot turn in the car and leaves it backwards.
    flights : int
        Of stairs; 0 when not known.
    staff : bool
        Somebody has to be called.
    """

    id: str
    category: str
    way: str
    place: str = ""
    abreast: int = 0
    leads_to: str = ""
    button: str = ""
    door: str = ""
    reverses: bool = False
    flights: int = 0
    staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a piece of way leads to: an opening, a connector, or what one came for.

    Parameters
    ----------
    id : str
    category : str
    sense : str
        Of an exit, as in :class:`Passing` when it is passed next; ``leave`` or ``to`` when the route ends there.
    side : str
        Where it is when one has come: ``left``, ``right``, ``ahead``, ``behind``, ``here``; empty when the way there said so.
    """

    id: str
    category: str
    sense: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many: doors passed one after another, steps of stairs (0: not known), openings of any kind."""

    doors: int = 0
    steps: int = 0
    openings: int = 0


NO_COUNT = Count()
NO_TEXT = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do.

    Parameters
    ----------
    type : str
        ``start``, ``walk``, ``turn``, ``pass`` (an exit), ``door``, ``gate``, ``stairs``, ``escalator``, ``lift``,
        ``ramp``, ``travelator``, ``wheelchair_lift``, ``wait`` or ``arrive``.
    maneuver : str
        ``start``, ``straight``, ``slight-left``, ``left``, ``sharp-left``, the same to the right, ``turn-back``, the
        mode of a ride (``stairs``, ``ramp``, ``escalator``, ``lift``, ``moving_walk``, ``wheelchair_lift``), or ``arrive``.
    angle_deg : float
        Signed angle of a turn, to the left positive.
    length_m, duration_s : float
        Of the way from here to the next step, that of ``then`` included.
    level_from, level_to : str
        Ids of levels.
    position : (x, y, z), metres, site frame
        Where it is done.
    points : tuple of (x, y, z), metres, site frame
        The way from here to the next step.
    elements : tuple of str
        Ids of the openings or the connector passed on the way to the next step.
    passing : Passing or None
    ride : Ride or None
    goal : Goal or None
        What the way leads to; of ``arrive`` what one came for.
    landmark : Landmark or None
    sign_text : Text
        What the signs say that lead this way.
    count : Count
    follow : bool
        The way bends with the passage and there is no choice.
    tactile : bool or None
        Whether there is tactile paving; None when nobody has said.
    warnings : tuple of str
        ``threshold``, ``gap``, ``intercom``; ``tactile`` where tactile paving begins, ``tactile_ends`` where it ends.
    announce_at_m : float
        How far before its place it is announced.
    reassure_at_m : tuple of float
        Distances from here at which to say that all is well.
    then : Step or None
        The next manoeuvre when it follows within :data:`FUSE_M`: both are one sentence.
    avoided : tuple of (code, id)
        What the route kept away from and why; of ``arrive`` only.
    text : str
        What to say; empty in the language-free list.
    """

    type: str
    maneuver: str
    length_m: float
    duration_s: float
    level_from: str
    level_to: str
    position: Position
    points: tuple[Position, ...] = field(compare=False, repr=False)
    angle_deg: float = 0.0
    elements: tuple[str, ...] = ()
    passing: Passing | None = None
    ride: Ride | None = None
    goal: Goal | None = None
    landmark: Landmark | None = None
    sign_text: Text = NO_TEXT
    count: Count = NO_COUNT
    follow: bool = False
    tactile: bool | None = None
    warnings: tuple[str, ...] = ()
    announce_at_m: float = 0.0
    reassure_at_m: tuple[float, ...] = ()
    then: "Step | None" = None
    avoided: tuple[tuple[str, str], ...] = ()
    text: str = ""

    @property
    def wording(self) -> tuple[object, ...]:
        """All that a text about it depends on, where turns are told by sides."""
        return (
            self.type,
            self.maneuver,
            self.length_m,
            self.level_from,
            self.level_to,
            self.passing,
            self.ride,
            self.goal,
            self.landmark,
            self.sign_text,
            self.count,
            self.follow,
            self.warnings,
            self.avoided,
            None if self.then is None else self.then.wording,
        )

    @property
    def geometry(self) -> Floats:
        """(K, 3) float64, metres, site frame: ``points``."""
        return np.array(self.points, np.float64)


def maneuver(angle_deg: float) -> str:
    """The word for a turn by its signed angle, to the left positive.

    Examples
    --------
    >>> maneuver(90), maneuver(-45), maneuver(10), maneuver(170)
    ('left', 'slight-right', 'straight', 'turn-back')
    """
    size, side = abs(angle_deg), "left" if angle_deg > 0 else "right"
    if size <= STRAIGHT_DEG:
        return "straight"
    if size <= SLIGHT_DEG:
        return f"slight-{side}"
    if size <= TURN_DEG:
        return side
    return f"sharp-{side}" if size <= SHARP_DEG else "turn-back"
