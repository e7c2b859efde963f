"""The guide of a building: steps for a route, and what is said of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

from indoor3d.errors import InvalidInput
from indoor3d.models.building import Building
from indoor3d.routing.directions import make
from indoor3d.routing.directions.catalogue import catalogue
from indoor3d.routing.directions.index import Index
from indoor3d.routing.directions.names import Facts, Names
from indoor3d.routing.directions.say import Manner, Speaker, Turns, Unit
from indoor3d.routing.directions.values import Step
from indoor3d.routing.kept import Shared
from indoor3d.routing.route import Route

Style = Literal["plain", "spoken"]

STEP_LENGTH_M = 0.6
"""A blind traveller's step where nobody has said another (DIRECTIONS.md §3, our choice)."""

_USUAL = Manner()

_guides: "WeakKeyDictionary[Building, Guide]" = WeakKeyDictionary()


class Guide:
    """Tells the way in one building.

    Parameters
    ----------
    building : Building
        Looked through once; it is not kept.
    catalogues : sequence of Path
        Folders with catalogues of more languages: ``<lang>.plain.toml``, ``<lang>.spoken.toml``.

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> building = two_floors()
    >>> guide = Guide(building)
    >>> steps = guide.steps(build_navigation(building).route("hall", "office"))
    >>> [step.type for step in steps]
    ['start', 'stairs', 'turn', 'door', 'arrive']
    >>> guide.say(steps, lang="en")[-1]
    'You have arrived at the office.'
    """

    def __init__(self, building: Building, *, catalogues: Sequence[Path] = ()) -> None:
        self._index = Index(building)
        self._facts = Facts(building)
        self._folders = tuple(catalogues)
        self._speakers: dict[tuple[str, str], Speaker] = {}
        self._told = Shared()

    def steps(self, route: Route, *, goal: str = "") -> tuple[Step, ...]:
        """What is to be done, in no language.

        Parameters
        ----------
        route : Route
            Found in this building.
        goal : str
            Id of the element one wants to come to; without it, what the route ends at is looked up.

        Returns
        -------
        tuple of Step
            From ``start`` to ``arrive``. Their lengths and durations add up to the route's.
        """
        return make.steps(self._index, route, goal=goal)

    def say(
        self,
        steps: Sequence[Step],
        *,
        lang: str = "ko",
        style: Style = "plain",
        turns: Turns = "sides",
        unit: Unit = "m",
        step_length_m: float = STEP_LENGTH_M,
        heading_known: bool = False,
    ) -> tuple[str, ...]:
        """Say steps: one text for each.

        Parameters
        ----------
        steps : sequence of Step
        lang : str
            ``ko``, ``en``, or another that has a catalogue.
        style : {"plain", "spoken"}
            To be read, or to be heard: one action a text, no signs, no abbreviations.
        turns : {"sides", "clock", "degrees"}
        unit : {"m", "steps"}
        step_length_m : float
            Of the listener, metres.
        heading_known : bool
            The listener has a compass; without one, clock and degrees mean nothing and are refused.

        Raises
        ------
        InvalidInput
            No catalogue of the language, no such style, clock or degrees without a heading, a step length that is not
            positive.
        """
        manner = _manner(turns, unit, step_length_m, heading_known=heading_known)
        return tuple([said for (said,) in self._tell(steps, (lang,), style, manner)])

    def tell(
        self,
        steps: Sequence[Step],
        *,
        langs: Sequence[str],
        style: Style = "plain",
        turns: Turns = "sides",
        unit: Unit = "m",
        step_length_m: float = STEP_LENGTH_M,
        heading_known: bool = False,
    ) -> tuple[tuple[str, ...], ...]:
        """Say steps in several languages: for each step a text in each; otherwise as :meth:`say`."""
        manner = _manner(turns, unit, step_length_m, heading_known=heading_known)
        return tuple(self._tell(steps, tuple(langs), style, manner))

    def _tell(self, steps: Sequence[Step], langs: tuple[str, ...], style: str, manner: Manner) -> list[tuple[str, ...]]:
        speakers = [self._speaker(lang, style) for lang in langs]
        if manner != _USUAL:
            return [tuple([speaker.say(step, manner) for speaker in speakers]) for step in steps]
        told = []
        for step in steps:
            key = (langs, style, step.wording)
            texts: tuple[str, ...] | None = self._told.get(key)
            if texts is None:
                texts = tuple([speaker.say(step, manner) for speaker in speakers])
                self._told.keep(key, texts, size=1_200)
            told.append(texts)
        return told

    def reassure(
        self,
        steps: Sequence[Step],
        *,
        lang: str = "ko",
        unit: Unit = "m",
        step_length_m: float = STEP_LENGTH_M,
    ) -> tuple[tuple[tuple[float, str], ...], ...]:
        """What is said aloud on the way of each step: pairs of metres from its place, and text.

        Raises
        ------
        InvalidInput
            No catalogue of the language, or a step length that is not positive.
        """
        manner = _manner("sides", unit, step_length_m, heading_known=False)
        speaker = self._speaker(lang, "spoken")
        return tuple(tuple((at, speaker.reassure(step, at, manner)) for at in step.reassure_at_m) for step in steps)

    def overview(self, route: Route, *, lang: str = "ko", style: Style = "plain") -> str:
        """One text about all of a route: how long it is and where it leads.

        Raises
        ------
        InvalidInput
            No catalogue of the language, or no such style.
        """
        return self._speaker(lang, style).overview(route.length_m, route.duration_s, route.levels, Manner())

    def _speaker(self, lang: str, style: str) -> Speaker:
        key = (lang, style)
        found = self._speakers.get(key)
        if found is None:
            chosen = catalogue(lang, style, folders=self._folders)
            names = Names(self._facts, lang=lang, nouns=chosen.nouns, spoken=style == "spoken")
            found = self._speakers[key] = Speaker(chosen, names)
        return found


def _manner(turns: Turns, unit: Unit, step_length_m: float, *, heading_known: bool) -> Manner:
    if turns not in {"sides", "clock", "degrees"} or unit not in {"m", "steps"}:
        raise InvalidInput(
            f"No such way to tell turns or lengths: {turns!r}, {unit!r}.",
            ko=f"방향이나 길이를 말하는 방식이 잘못되었습니다: {turns!r}, {unit!r}.",
            turns=["sides", "clock", "degrees"],
            unit=["m", "steps"],
        )
    if turns != "sides" and not heading_known:
        raise InvalidInput(
            f"Turns by {turns} need a known heading; ask for sides.",
            ko="시계 방향이나 각도로 안내하려면 바라보는 방향을 알아야 합니다. 왼쪽·오른쪽 방식을 쓰세요.",
            turns=turns,
        )
    if not 0 < step_length_m < 10:
        raise InvalidInput(
            f"A step of {step_length_m} m is no step.", ko=f"걸음 길이 {step_length_m} m는 쓸 수 없습니다.", unit=unit
        )
    return Manner(turns=turns, unit=unit, pace_m=step_length_m if unit == "steps" else STEP_LENGTH_M)


def guide(building: Building) -> Guide:
    """The guide of a building: made at the first question and kept as long as the building is."""
    found = _guides.get(building)
    if found is None:
        found = _guides[building] = Guide(building)
    return found


def directions(building: Building, route: Route, *, lang: str = "ko") -> tuple[Step, ...]:
    """Describe a route.

    Parameters
    ----------
    building : Building
        Where the names come from.
    route : Route
        Found in this building.
    lang : str
        ``ko`` or ``en``; anything else is taken as ``en``.

    Returns
    -------
    tuple of Step
        From ``start`` to ``arrive``, with text. Their lengths and durations add up to the route's.

    Examples
    --------
    >>> from indoor3d.routing.build import build_navigation
    >>> from tests.buildings import two_floors
    >>> building = two_floors()
    >>> route = build_navigation(building).route("hall", "office")
    >>> directions(building, route, lang="en")[1].text
    'Go up stairs 1 to the upper floor (2F). There are 20 steps.'
    """
    teller = guide(building)
    steps = teller.steps(route)
    texts = teller.say(steps, lang="ko" if lang == "ko" else "en")
    return tuple(replace(step, text=text) for step, text in zip(steps, texts, strict=True))
