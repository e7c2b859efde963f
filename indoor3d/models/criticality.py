"""What hangs on one element: who is cut off without it, how much later the others are out, and who is caught when it closes."""

from dataclasses import dataclass
from typing import Literal

from indoor3d.models.building import Building, Text
from indoor3d.models.rescue import Access

Known = Literal["stands", "planned", "bound", "not-planned"]
"""How a clearance without an element is known.

``stands``: a plan that does without it is no longer than the plan as it is. ``planned``: everybody was planned anew without it, and only those who
used it, after all others; it is the sooner of both. ``bound``: only the latter, so it is at most this, and at least ``bound_s``. ``not-planned``: those who need it are not in
the plan, as for lifts.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranded:
    """People of one space who have no way out any more.

    Parameters
    ----------
    space, level : str
        Where they are.
    persons : int
    """

    space: str
    level: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Critical:
    """What the failure of one element does to an evacuation.

    Parameters
    ----------
    element : str
        Id of an opening, connector, exit or lift.
    kind : str
        ``opening``, ``gate``, ``connector``, ``exit``, ``safe`` (a point of safety) or ``lift``.
    name : Text
    persons : int
        How many pass it in the plan as it is.
    cut_off : int
        How many have a way out with it and none without it.
    late : int
        How many more still have a way, and no time: the queue for it takes until it closes. At most so many where ``known`` is ``bound``.
    stranded : tuple of Stranded
        Where those who are cut off are, most first.
    clearance_s : float or None
        When the last of those who still get out is out, in the fast plan; None where nobody gets out.
    later_s : float or None
        How much later that is than the last of the same people in the plan as it is; 0 where it is not later.
    known : str
        See :data:`Known`.
    bound_s : float or None
        Without it, they cannot all be out sooner than this.
    nearest_s : float or None
        The same as ``clearance_s`` where everybody goes to the nearest exit; None where nobody gets out.
    nearest_later_s : float or None
        How much later that is than with the element, everybody at the nearest exit; negative where fewer people get out, or where it sends people to an exit with more room.
    """

    element: str
    kind: str
    name: Text
    persons: int
    cut_off: int
    late: int
    stranded: tuple[Stranded, ...]
    clearance_s: float | None
    later_s: float | None
    known: Known
    bound_s: float | None
    nearest_s: float | None
    nearest_later_s: float | None

    @property
    def lost(self) -> int:
        """How many do not get out without it who do with it."""
        return self.cut_off + self.late

    @property
    def text(self) -> Text:
        """One sentence for people."""
        ko_name, en_name = (self.name.best(lang) or self.element for lang in ("ko", "en"))
        if self.lost:
            return Text(
                ko=f"{ko_name}: 쓸 수 없으면 {self.lost}명이 나가지 못합니다.",
                en=f"{en_name}: without it, {self.lost} {'person does' if self.lost == 1 else 'people do'} not get out.",
            )
        if not self.later_s:
            return Text(
                ko=f"{ko_name}: 쓸 수 없어도 더 갇히는 사람은 없고 더 늦어지지 않습니다.",
                en=f"{en_name}: without it, nobody more is cut off, and the last is out no later.",
            )
        most_ko, most_en = (" 최대", "at most ") if self.known == "bound" else ("", "")
        return Text(
            ko=f"{ko_name}: 쓸 수 없어도 더 갇히는 사람은 없지만{most_ko} {self.later_s:.0f}초 늦어집니다.",
            en=f"{en_name}: without it, nobody more is cut off, and the last is out {most_en}{self.later_s:.0f} s later.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What happens to people when something closes while they are on their way.

    Parameters
    ----------
    at_s : float
    elements : tuple of str
        What closes then.
    out : int
        How many are out by then.
    caught : int
        How many are on it, and turn back.
    cut_off : int
        How many have no way any more from where they are.
    stranded : tuple of Stranded
        Where these are, most first.
    """

    at_s: float
    elements: tuple[str, ...]
    out: int
    caught: int
    cut_off: int
    stranded: tuple[Stranded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffAt:
    """Who is cut off when elements close at given times, and people have followed their plan until then.

    ``persons`` is ``out + other_way + cut_off + no_way``.

    Parameters
    ----------
    closings : tuple of Closing
        In the order of time.
    persons : int
    no_way : int
        How many had no way even before.
    out : int
        How many are out by the last closing.
    other_way : int
        How many are inside at the last closing and still get out.
    cut_off : int
        How many do not get out because of the closings.
    stranded : tuple of Stranded
        Where these are, most first.
    clearance_s : float or None
        When the last of those who get out is out.
    """

    closings: tuple[Closing, ...]
    persons: int
    no_way: int
    out: int
    other_way: int
    cut_off: int
    stranded: tuple[Stranded, ...]
    clearance_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criticality:
    """What an evacuation hangs on.

    Parameters
    ----------
    persons : int
        Those who walk stairs, whom the ranking plans; whom a lift fetches are in its row only.
    step_s : float
        Steps of time of the ranking and of the closing: coarser than a plan's, and never quicker.
    ranking : tuple of Critical
        Every single failure, worst first.
    closing : CutOffAt or None
        Who is cut off when something closes while people are on their way, as far as the plan has brought them by then.
    still : CutOffAt or None
        The same where nobody has moved by the last closing: no more than that.
    access : tuple of Access
        Rescuers' ways in to refuges and platforms, while all that the hazards close is closed.
    """

    persons: int
    step_s: float
    ranking: tuple[Critical, ...]
    closing: CutOffAt | None = None
    still: CutOffAt | None = None
    access: tuple[Access, ...] = ()

    def told(self, building: Building) -> tuple[Critical, ...]:
        """The ranking for people: the door of an exit is left out where the exit itself is in it."""
        exits = {row.element for row in self.ranking if row.kind == "exit"}
        doors = {one.opening for one in building.exits if one.id in exits}
        return tuple(row for row in self.ranking if row.kind == "exit" or row.element not in doors)
