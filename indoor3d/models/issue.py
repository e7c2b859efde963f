"""What is wrong, doubtful or worth knowing about a model: Issue and Report.

The texts live in one table, :data:`KINDS`, in Korean and English. A reader or builder only says which kind, where, and
the values that fill the text in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from indoor3d.models.korean import sentence
from indoor3d.models.vocabulary import LABELS


class Severity(StrEnum):
    """How much an issue matters; the order is from worst to mildest."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_WORDS = {
    "lower end": ("아래쪽 끝", "lower end"),
    "upper end": ("위쪽 끝", "upper end"),
    "two ends": ("양 끝", "two ends"),
    "transport element": ("운송 설비", "transport element"),
    "outdoor area": ("실외", "outdoor area"),
    "lift shaft": ("승강로", "lift shaft"),
    "gross area": ("전체 면적", "gross area"),
    "void": ("빈 공간", "void"),
    "shaft": ("수직 통로", "shaft"),
    "plenum": ("설비 공간", "plenum"),
    "no JSON object": ("JSON 객체가 아님", "no JSON object"),
    "no value": ("값이 없음", "no value"),
    "no title": ("제목이 없음", "no title"),
    "no id of its own": ("id가 없거나 겹침", "no id of its own"),
    "no such door": ("그런 문이 없음", "no such door"),
    "no time": ("시간이 아님", "no time"),
    "no colour": ("색이 아님", "no colour"),
    "no opening hours": ("이용 시간이 아님", "no opening hours"),
    "no number of people": ("사람 수가 아님", "no number of people"),
    "too many": ("너무 많음", "too many"),
}
"""Words that readers put into values besides the terms of the vocabulary: ``(Korean, English)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueKind:
    """One row of the table: severity, message and hint as templates of :func:`~indoor3d.models.korean.sentence`."""

    severity: Severity
    message: Mapping[str, str]
    hint: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One finding.

    Parameters
    ----------
    code : str
        A key of :data:`KINDS`.
    element : str
        Id of the element it is about, or the empty string.
    level : str
        Id of its level, or the empty string.
    position : tuple of 3 floats, metres, site frame, optional
    values : mapping
        What fills the message in.
    """

    code: str
    element: str = ""
    level: str = ""
    position: tuple[float, float, float] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return KINDS[self.code].severity

    def message(self, lang: str = "en") -> str:
        """What is the case, for people; ``lang`` is ``en`` or ``ko``."""
        return sentence(KINDS[self.code].message[lang], self._shown(lang))

    def hint(self, lang: str = "en") -> str:
        """What to do about it; ``lang`` is ``en`` or ``ko``."""
        return sentence(KINDS[self.code].hint[lang], self._shown(lang))

    def _shown(self, lang: str) -> dict[str, Any]:
        """The values, terms of the vocabulary by their label."""
        side = 0 if lang == "ko" else 1
        words = {**LABELS, **_WORDS}
        return {
            key: words[value][side] if isinstance(value, str) and value in words else value
            for key, value in self.values.items()
        }

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Plain members for JSON: severity, code, element, level, position, message, hint, values."""
        return {
            "severity": str(self.severity),
            "code": self.code,
            "element": self.element or None,
            "level": self.level or None,
            "position": list(self.position) if self.position is not None else None,
            "message": self.message(lang),
            "hint": self.hint(lang),
            "values": dict(self.values),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All issues of one model, worst first, and what was counted on the way.

    Parameters
    ----------
    issues : tuple of Issue
        Use :meth:`of` to get them sorted.
    facts : mapping
        Counts and names worth knowing (schema, kernel, products…); JSON-serialisable, no times.
    """

    issues: tuple[Issue, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, issues: Iterable[Issue], *, facts: Mapping[str, Any] | None = None) -> "Report":
        """Collect issues in their canonical order: severity, code, level, element; doubles removed."""
        order = {severity: rank for rank, severity in enumerate(Severity)}
        unique = {
            (i.code, i.level, i.element, i.position, tuple(sorted(map(str, i.values.items())))): i for i in issues
        }
        ranked = sorted(unique.items(), key=lambda item: (order[item[1].severity], str(item[0])))
        return cls(issues=tuple(issue for _, issue in ranked), facts=dict(facts or {}))

    def __add__(self, other: "Report") -> "Report":
        """Join two reports; on equal keys the facts of ``other`` win."""
        return Report.of((*self.issues, *other.issues), facts={**self.facts, **other.facts})

    @property
    def ok(self) -> bool:
        """No issue of severity ERROR."""
        return all(issue.severity is not Severity.ERROR for issue in self.issues)

    def count(self, severity: Severity) -> int:
        """How many issues have this severity."""
        return sum(issue.severity is severity for issue in self.issues)


def _kind(severity: Severity, en: str, ko: str, hint_en: str, hint_ko: str) -> IssueKind:
    return IssueKind(severity=severity, message={"en": en, "ko": ko}, hint={"en": hint_en, "ko": hint_ko})


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

KINDS: dict[str, IssueKind] = {
    # placing on Earth
    "georef.missing": _kind(
        _W,
        "The model does not say where it is on Earth.",
        "모델에 지구상의 위치가 없습니다.",
        "Give the position with --at LON,LAT[,HEIGHT[,HEADING]].",
        "--at 경도,위도[,높이[,방위]]로 위치를 주세요.",
    ),
    "georef.default-location": _kind(
        _W,
        "The position {lon:.4f}, {lat:.4f} is the default city of an authoring tool ({city}).",
        "저작 도구의 기본 도시({city})인 {lon:.4f}, {lat:.4f}에 놓여 있습니다.",
        "Give the real position with --at LON,LAT[,HEIGHT[,HEADING]].",
        "--at 경도,위도[,높이[,방위]]로 실제 위치를 주세요.",
    ),
    "georef.site-location": _kind(
        _I,
        "The position comes from the site's latitude and longitude: good to some metres at best.",
        "위치를 대지의 위도와 경도에서 얻었습니다. 몇 미터의 오차가 있을 수 있습니다.",
        "Add an IfcMapConversion, or give --at, for exact positions.",
        "정확한 위치가 필요하면 IfcMapConversion을 넣거나 --at을 쓰세요.",
    ),
    "georef.unusable": _kind(
        _W,
        "The georeferencing of the model cannot be used: {reason}",
        "모델의 좌표 정보를 쓸 수 없습니다: {reason}",
        "Correct it in the model or give --at.",
        "모델에서 고치거나 --at을 주세요.",
    ),
    "georef.contradiction": _kind(
        _W,
        "Two statements of the position differ by {distance_m:.0f} m; {used} was used.",
        "두 위치 정보가 {distance_m:.0f} m 다릅니다. {used:을} 썼습니다.",
        "Remove the wrong one from the model.",
        "모델에서 틀린 쪽을 지우세요.",
    ),
    "frame.recentred": _kind(
        _I,
        "The model lies far from its origin; site coordinates were moved by {x:.0f}, {y:.0f}, {z:.0f} m.",
        "모델이 원점에서 멀어 좌표를 {x:.0f}, {y:.0f}, {z:.0f} m 옮겼습니다.",
        "Nothing to do: positions on Earth are unchanged.",
        "할 일은 없습니다. 지구상의 위치는 그대로입니다.",
    ),
    "units.assumed": _kind(
        _W,
        "The model declares no length unit; metres are assumed.",
        "모델에 길이 단위가 없어 미터로 보았습니다.",
        "Declare the unit in the model.",
        "모델에 단위를 적으세요.",
    ),
    # reading
    "model.duplicate-id": _kind(
        _W,
        "The GlobalId occurs {count} times.",
        "GlobalId가 {count}번 나옵니다.",
        "Make the ids unique in the authoring tool.",
        "저작 도구에서 id가 겹치지 않게 하세요.",
    ),
    "model.no-levels": _kind(
        _E,
        "The model has no storeys; one level was made from the heights.",
        "모델에 층이 없어 높이로 층 하나를 만들었습니다.",
        "Add IfcBuildingStorey elements.",
        "IfcBuildingStorey를 넣으세요.",
    ),
    "model.no-spaces": _kind(
        _W,
        "The model has no spaces; {count} were rebuilt from walls.",
        "모델에 공간이 없어 벽으로 {count}개를 만들었습니다.",
        "Add IfcSpace elements for exact rooms.",
        "정확한 공간이 필요하면 IfcSpace를 넣으세요.",
    ),
    "geometry.fallback": _kind(
        _I,
        "{count} products had no geometry in the fast kernel and were made by {kernel}.",
        "빠른 커널이 만들지 못한 {count}개를 {kernel:으로} 만들었습니다.",
        "Nothing to do.",
        "할 일은 없습니다.",
    ),
    "geometry.kernel-crashed": _kind(
        _W,
        "The geometry kernel {kernel} stopped ({reason}); the rest was made by {fallback}.",
        "형상 커널 {kernel:이} 멈췄습니다({reason}). 나머지는 {fallback:으로} 만들었습니다.",
        "Nothing to do; report it to the kernel's authors if it repeats.",
        "할 일은 없습니다. 되풀이되면 커널 저자에게 알려 주세요.",
    ),
    "geometry.failed": _kind(
        _E,
        "No kernel could make the geometry of this {type}.",
        "이 {type}의 형상을 어느 커널도 만들지 못했습니다.",
        "Repair its geometry in the authoring tool.",
        "저작 도구에서 형상을 고치세요.",
    ),
    "property.unreadable": _kind(
        _W,
        "{set}: {name} cannot be used ({reason}) and was left out.",
        "{set}의 {name:을} 쓸 수 없어 뺐습니다({reason}).",
        "Correct it in the model.",
        "모델에서 고치세요.",
    ),
    # levels, spaces
    "level.empty": _kind(
        _I,
        "Level {name} has no walkable space.",
        "{name} 층에는 걸을 수 있는 곳이 없습니다.",
        "Nothing to do if it is a roof or a foundation.",
        "지붕이나 기초라면 할 일은 없습니다.",
    ),
    "level.disconnected": _kind(
        _E,
        "No walkable way leads from level {name} to an exit.",
        "{name} 층에서 출구로 가는 길이 없습니다.",
        "Model the stairs, ramps or lifts that lead there, or its exits.",
        "그 층으로 가는 계단·경사로·엘리베이터나 출구를 모델에 넣으세요.",
    ),
    "space.excluded": _kind(
        _I,
        "The space is a {reason}; people do not walk there.",
        "이 공간은 {reason:이라}서 사람이 다니지 않습니다.",
        "Change its type or name if people do.",
        "사람이 다니는 곳이면 종류나 이름을 바꾸세요.",
    ),
    "space.invalid": _kind(
        _E,
        "The footprint of the space is empty or cannot be repaired.",
        "공간의 바닥 윤곽이 비었거나 고칠 수 없습니다.",
        "Draw the space again.",
        "공간을 다시 그리세요.",
    ),
    "space.overlap": _kind(
        _W,
        "The space overlaps {other} by {area_m2:.2f} m².",
        "공간이 {other:과} {area_m2:.2f} m² 겹칩니다.",
        "Correct the boundaries of the two spaces.",
        "두 공간의 경계를 고치세요.",
    ),
    "space.level-differs": _kind(
        _W,
        "The space is filed under {declared}, its floor lies at {geometric}; the geometry was used.",
        "공간은 {declared}에 속해 있지만 바닥은 {geometric}에 있습니다. 형상을 따랐습니다.",
        "Move the space to its storey.",
        "공간을 맞는 층으로 옮기세요.",
    ),
    "space.unreachable": _kind(
        _W,
        "No exit reaches the space: {reason}",
        "출구에서 이 공간으로 갈 수 없습니다: {reason_ko}",
        "{advice}",
        "{advice_ko}",
    ),
    # openings
    "opening.no-space": _kind(
        _W,
        "The {category} touches no space.",
        "{category:이} 어느 공간에도 닿지 않습니다.",
        "Extend the spaces to the wall that holds it.",
        "공간을 이 문이 있는 벽까지 넓히세요.",
    ),
    "opening.same-space": _kind(
        _W,
        "Both sides of the {category} are the same space.",
        "{category}의 양쪽이 같은 공간입니다.",
        "Divide the space or remove the door.",
        "공간을 나누거나 문을 지우세요.",
    ),
    "opening.boundary-differs": _kind(
        _W,
        "Geometry joins {geometry}, the space boundaries of the model say {declared}.",
        "형상은 {geometry:을} 잇고, 모델의 공간 경계는 {declared:이라}고 합니다.",
        "Export the space boundaries again.",
        "공간 경계를 다시 내보내세요.",
    ),
    "opening.narrow": _kind(
        _W,
        "The clear width is {width_m:.2f} m; a person needs about {needed_m:.2f} m.",
        "유효 폭이 {width_m:.2f} m입니다. 사람이 지나려면 약 {needed_m:.2f} m가 필요합니다.",
        "Check the opening's width in the model.",
        "모델에서 폭을 확인하세요.",
    ),
    "opening.blocked": _kind(
        _W,
        "The {category} is blocked: no one fits through to {side}.",
        "{category:이} 막혀 {side:으로} 지나갈 수 없습니다.",
        "Check what stands in front of it.",
        "앞에 놓인 것을 확인하세요.",
    ),
    "opening.assumed-open": _kind(
        _W,
        "Spaces {spaces} touch with no wall between; the boundary was taken as open.",
        "공간 {spaces} 사이에 벽이 없어 열린 경계로 보았습니다.",
        "Add a wall, or a virtual space boundary.",
        "벽이나 가상 경계를 넣으세요.",
    ),
    # connectors
    "connector.unattached": _kind(
        _E,
        "The {category} reaches no walkable space at its {end}.",
        "{category}의 {end:이} 걸을 수 있는 곳에 닿지 않습니다.",
        "Check its ends and the spaces around them.",
        "양 끝과 그 둘레의 공간을 확인하세요.",
    ),
    "connector.single-level": _kind(
        _W,
        "The {category} serves only one height.",
        "{category:이} 한 높이만 잇습니다.",
        "Check its extent in the model.",
        "모델에서 범위를 확인하세요.",
    ),
    "connector.steep": _kind(
        _W,
        "Steps of the stairs rise {riser_m:.2f} m each.",
        "계단 한 단의 높이가 {riser_m:.2f} m입니다.",
        "Check the risers in the model.",
        "모델에서 단높이를 확인하세요.",
    ),
    # exits and the whole
    "exit.none": _kind(
        _E,
        "The model has no exit to the outside on the ground.",
        "지상에서 밖으로 나가는 출구가 없습니다.",
        "Add an external door on the ground level, or mark one as an exit.",
        "지상층에 외부 문을 넣거나 출구로 표시하세요.",
    ),
    "exit.assumed": _kind(
        _I,
        "{count} exits were found from geometry: one side of the door is outside, on the ground.",
        "형상으로 출구 {count}개를 찾았습니다. 문의 한쪽이 지상의 바깥입니다.",
        "Mark the exits in the model to be sure.",
        "확실히 하려면 모델에 출구를 표시하세요.",
    ),
    "walkable.none": _kind(
        _E,
        "Nobody can walk anywhere in this model.",
        "이 모델에는 걸을 수 있는 곳이 없습니다.",
        "Check spaces and obstacles.",
        "공간과 장애물을 확인하세요.",
    ),
}
"""Every kind of issue. A code never changes once released."""
