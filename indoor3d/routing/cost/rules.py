"""Who may pass what: every element judged for a profile, with what nobody has said kept apart from yes and no."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from indoor3d.models.vocabulary import Mode
from indoor3d.routing.cost.fares import Fare
from indoor3d.routing.cost.features import NO, UNKNOWN, YES, Features, Floats, Mask
from indoor3d.routing.profile import Options, Profile

Codes = NDArray[np.uint8]

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "": ("", ""),
        "stairs": ("stairs", "계단"),
        "escalator": ("escalator", "에스컬레이터"),
        "stopped-escalator": ("stopped escalator", "멈춘 에스컬레이터"),
        "moving-walk": ("moving walk", "무빙워크"),
        "lift": ("lift not for this use", "이 용도로 쓸 수 없는 엘리베이터"),
        "wheelchair-lift": ("wheelchair lift, only on request", "요청할 때만 쓰는 휠체어리프트"),
        "lift-too-small": ("lift car too small", "엘리베이터 칸이 작음"),
        "lift-door": ("lift door too narrow", "엘리베이터 문이 좁음"),
        "staff": ("needs staff", "직원 도움이 필요함"),
        "not-accessible": ("not accessible", "휠체어 이용 불가"),
        "too-steep": ("too steep", "경사가 급함"),
        "too-narrow": ("too narrow", "폭이 좁음"),
        "step": ("step", "단차"),
        "threshold": ("threshold too high", "문턱이 높음"),
        "gap": ("gap to the train too wide", "승강장 간격이 넓음"),
        "revolving": ("revolving door", "회전문"),
        "intercom": ("opens only through an intercom", "인터폰으로만 열리는 문"),
        "manual-door": ("door opened by hand", "손으로 여는 문"),
        "unknown": ("nobody has said whether it can be passed", "지나갈 수 있는지 알려지지 않음"),
    }
)
"""Every reason why an edge is refused, in English and Korean; of several the first counts. The first entry is no reason."""
CODES: Mapping[str, int] = MappingProxyType({name: number for number, name in enumerate(REASONS)})
PASSES = 255
"""Code of what is not refused, while codes are put together: the least code counts."""

TOLERANCE_M = 1e-6
SLOPE_TOLERANCE = 1.01
"""A ramp of 1:12 in a model is 1:12 within a hundredth of it (INGESTION.md §4)."""
RUN_UP_M = 1.5
"""Without so much straight way on both sides an opening has to be wider: ACCESSIBILITY.md §2."""
WIDE_GATE_M = 0.9
"""Clear width of a wide fare gate: MOLIT guideline 2002, ACCESSIBILITY.md §2.1."""
CONFINED_M, CONFINED_S, CONFINED_LIFT_S = 1.2, 15.0, 300.0
"""For those averse to confined spaces (D): what is narrower than a passage by law (§2.1), and the burden of it, of a lift."""
AVERSE_S = 600.0
"""Burden of a lift or an escalator to those averse to it (D): ten minutes' detour is taken instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a profile makes of every element.

    Parameters
    ----------
    code : (E,) uint8
        Why it is refused, an index into :data:`REASONS`; :data:`PASSES` where it is not.
    burden_s : (E,) float64
        Burden of going through an opening once; of connectors that of what is unknown.
    unknown : mapping of str to (E,) bool
        Elements whose passing needs an attribute that nobody has said, by the attribute.
    any_unknown : (E,) bool
        Any of them; none under the policy ``ignore``.
    """

    code: Codes
    burden_s: Floats
    unknown: Mapping[str, Mask]
    any_unknown: Mask


class _Docket:
    """Refusals and unknowns while they are collected."""

    def __init__(self, count: int) -> None:
        self.code = np.full(count, PASSES, np.uint8)
        self.unknown: dict[str, Mask] = {}

    def refuse(self, mask: Mask, reason: str) -> None:
        self.code[mask] = np.minimum(self.code[mask], CODES[reason])

    def ask(self, mask: Mask, attribute: str) -> None:
        if mask.any():
            self.unknown[attribute] = self.unknown.get(attribute, np.zeros(len(mask), np.bool_)) | mask


def judge(
    found: Features, profile: Profile, *, options: Options, fare: Fare, emergency: bool, stopped: Mask
) -> Verdict:
    """Judge every element: first what is known to refuse, then what is not known, by the policy.

    Parameters
    ----------
    found : Features
    profile : Profile
        As the options leave it.
    options : Options
    fare : Fare
    emergency : bool
    stopped : (E,) bool
        Connectors that stand still.
    """
    docket = _Docket(len(found.elements))
    _doors(docket, found, profile, options=options)
    _platform_doors(docket, found, profile)
    _lifts(docket, found, profile, options=options, out=stopped | emergency)
    _others(docket, found, profile, still=stopped | emergency)
    unknown = {} if options.unknown == "ignore" else docket.unknown
    count = np.sum([np.zeros(len(found.elements)), *unknown.values()], axis=0)
    if options.unknown == "strict":
        docket.refuse(count > 0, "unknown")
    burden = np.zeros(len(found.elements))
    if not emergency:
        burden = _burdens(found, profile, options=options, fare=fare) + profile.unknown_s * count
    return Verdict(code=docket.code, burden_s=burden, unknown=MappingProxyType(unknown), any_unknown=count > 0)


def _doors(docket: _Docket, found: Features, profile: Profile, *, options: Options) -> None:
    leaf = found.door & (found.open_frame != YES)
    if profile.careful:
        docket.refuse(found.door & (found.threshold > profile.max_step_m + TOLERANCE_M), "threshold")
        docket.ask(leaf & np.isnan(found.threshold), "threshold")
    if not profile.revolving:
        docket.refuse(found.door & (found.revolving == YES), "revolving")
        docket.ask(found.door & (found.revolving == UNKNOWN), "kind")
    if not profile.intercom or options.no_staff_help:
        docket.refuse((found.door | found.gate) & (found.intercom == YES), "intercom")
        docket.ask((leaf | found.gate) & (found.intercom == UNKNOWN), "intercom")
    if not profile.manual_door:
        docket.refuse(leaf & (found.automatic == NO), "manual-door")
        docket.ask(leaf & (found.automatic == UNKNOWN), "automatic")
    tight = found.run_up < RUN_UP_M
    docket.refuse(tight & (found.width < profile.width_m + profile.turn_margin_m - TOLERANCE_M), "too-narrow")


def _platform_doors(docket: _Docket, found: Features, profile: Profile) -> None:
    docket.refuse(found.screen & (found.gap > profile.max_gap_m + TOLERANCE_M), "gap")
    docket.refuse(found.screen & (np.abs(found.gap_step) > profile.max_step_m + TOLERANCE_M), "gap")
    if profile.careful:
        docket.ask(found.screen & (np.isnan(found.gap) | np.isnan(found.gap_step)), "gap")


def _lifts(docket: _Docket, found: Features, profile: Profile, *, options: Options, out: Mask) -> None:
    lift, stair_lift = _of(found, Mode.LIFT), _of(found, Mode.WHEELCHAIR_LIFT)
    docket.refuse(lift & (out | (not profile.lifts)), "lift")
    offered = profile.wheelchair_lift and options.staff_lifts and not options.no_staff_help
    docket.refuse(stair_lift & (out | (not offered)), "wheelchair-lift")
    for mode, need, car, name in (
        (lift, profile.lift_width_m, found.car_width, "car_width"),
        (lift, profile.lift_depth_m, found.car_depth, "car_depth"),
        (stair_lift, profile.width_m, found.car_width, "car_width"),
    ):
        docket.refuse(mode & (car < need - TOLERANCE_M), "lift-too-small")
        if need:
            docket.ask(mode & np.isnan(car) & (found.accessible != YES), name)
    docket.refuse(lift & (found.car_door < profile.lift_door_m - TOLERANCE_M), "lift-door")
    if profile.lift_door_m:
        docket.ask(lift & np.isnan(found.car_door) & (found.accessible != YES), "door_width")
    if options.no_staff_help:
        docket.refuse(lift & (found.needs_staff == YES), "staff")
        docket.ask(lift & (found.needs_staff == UNKNOWN), "needs_staff")


def _others(docket: _Docket, found: Features, profile: Profile, *, still: Mask) -> None:
    escalator, moving = _of(found, Mode.ESCALATOR), _of(found, Mode.MOVING_WALK)
    docket.refuse(escalator & (profile.escalator == "never"), "escalator")
    docket.refuse(escalator & still & (not profile.stopped_escalator), "stopped-escalator")
    docket.refuse(moving & (profile.moving_walk == "never"), "moving-walk")
    if profile.known_direction:
        docket.ask(escalator & ~still & (found.known_direction == UNKNOWN), "direction")
    ramp = _of(found, Mode.RAMP)
    if profile.wheeled:
        docket.refuse((ramp | _of(found, Mode.LIFT)) & (found.accessible == NO), "not-accessible")
    if profile.max_slope is not None:
        docket.ask(ramp & np.isnan(found.slope) & (found.accessible != YES), "max_slope")


def _burdens(found: Features, profile: Profile, *, options: Options, fare: Fare) -> Floats:
    """Of going through each opening once, without what is unknown."""
    by_hand = found.door & (found.open_frame != YES) & (found.automatic != YES)
    if options.unknown == "ignore":
        by_hand &= found.automatic != UNKNOWN
    opening = np.isfinite(found.width)
    burden = profile.manual_door_s * by_hand
    burden = burden + profile.opening_s * (opening & ~found.virtual)
    burden += profile.narrow_gate_s * (found.gate & (found.width < WIDE_GATE_M - TOLERANCE_M))
    if options.avoid_gates:
        burden += fare.avoided_gate_s * (found.paid_border | found.gate)
    else:
        burden += fare.gate_s * found.paid_border
    if options.averse_to_confined_spaces:
        burden += CONFINED_S * (opening & (found.width < CONFINED_M - TOLERANCE_M))
    return np.asarray(burden, np.float64)


def _of(found: Features, mode: Mode) -> Mask:
    """(E,) bool: elements that edges of a mode belong to."""
    mask = np.zeros(len(found.elements), np.bool_)
    own = found.edge_connector[found.rows[mode]]
    mask[own[own >= 0]] = True
    return mask
