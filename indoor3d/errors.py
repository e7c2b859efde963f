"""Every error this package raises on purpose.

::

    Indoor3dError
    ├── SourceError              nothing can be built from these bytes
    │   ├── SourceNotFound
    │   ├── SourceTooLarge
    │   ├── UnsupportedFormat
    │   ├── MalformedSource
    │   ├── EmptyModel
    │   └── GeometryFailed
    ├── NotFound
    │   ├── UnknownVenue
    │   ├── UnknownLevel
    │   ├── UnknownElement
    │   └── UnknownJob
    ├── InvalidInput
    │   ├── InvalidPosition
    │   ├── UnknownProfile
    │   ├── InvalidScenario
    │   └── UnitMismatch
    ├── RoutingError             the question is sound, there is no safe answer
    │   ├── OffNetwork
    │   ├── LevelMismatch
    │   ├── NoRoute
    │   └── NoOpenExit
    ├── StoreError
    │   ├── StoreUnavailable
    │   ├── StoreFull
    │   ├── StaleRevision
    │   └── CorruptBlob
    └── TilesetInvalid

Each class has a stable ``code`` (it never changes once released), a ``title`` and a ``hint`` in Korean and
English, and the ``exit_code`` of the command line. ``detail`` says what was wrong with this input, in both languages;
``context`` holds machine-readable members (element, level, place) that the API and ``--json`` show as they are.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class Indoor3dError(Exception):
    """Base of the tree; never raised itself.

    Parameters
    ----------
    detail : str
        What is wrong, in English.
    ko : str
        The same in Korean; the English text is used when it is empty.
    context : Any
        Members for machines: ids, places, limits. Values must be JSON-serialisable.
    """

    code: ClassVar[str] = "error"
    title: ClassVar[Mapping[str, str]] = {"en": "Error", "ko": "오류"}
    hint: ClassVar[Mapping[str, str]] = {"en": "", "ko": ""}
    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str, *, ko: str = "", **context: Any) -> None:
        super().__init__(detail)
        self.detail: Mapping[str, str] = {"en": detail, "ko": ko or detail}
        self.context: Mapping[str, Any] = dict(context)

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep detail and context when the error crosses a process boundary."""
        return _rebuild, (type(self), self.detail["en"], self.detail["ko"], dict(self.context))


def _rebuild(cls: type[Indoor3dError], detail: str, ko: str, context: dict[str, Any]) -> Indoor3dError:
    return cls(detail, ko=ko, **context)


class SourceError(Indoor3dError):
    """Nothing can be built from the source."""

    code = "source-error"
    title = {"en": "The source cannot be read", "ko": "원본을 읽을 수 없습니다"}
    exit_code = 2


class SourceNotFound(SourceError):
    """The source file does not exist or may not be read."""

    code = "source-not-found"
    title = {"en": "Source not found", "ko": "원본 파일이 없습니다"}
    hint = {"en": "Check the path and the permissions.", "ko": "경로와 읽기 권한을 확인하세요."}


class SourceTooLarge(SourceError):
    """The source is larger than the limit."""

    code = "source-too-large"
    title = {"en": "Source too large", "ko": "원본이 너무 큽니다"}
    hint = {"en": "Split the model or raise the limit.", "ko": "모델을 나누거나 한도를 높이세요."}


class UnsupportedFormat(SourceError):
    """No reader accepts these bytes."""

    code = "unsupported-format"
    title = {"en": "Unsupported format", "ko": "지원하지 않는 형식입니다"}
    hint = {"en": "Give an IFC file (IFC2X3, IFC4 or IFC4X3).", "ko": "IFC 파일(IFC2X3, IFC4, IFC4X3)을 주세요."}


class MalformedSource(SourceError):
    """The bytes claim a format they do not keep."""

    code = "malformed-source"
    title = {"en": "Malformed source", "ko": "원본 형식이 잘못되었습니다"}
    hint = {
        "en": "Export the model again; the file may be truncated.",
        "ko": "모델을 다시 내보내세요. 파일이 잘렸을 수 있습니다.",
    }


class EmptyModel(SourceError):
    """The model holds nothing that a building could be built from."""

    code = "empty-model"
    title = {"en": "Empty model", "ko": "빈 모델입니다"}
    hint = {
        "en": "The model needs storeys and spaces, or storeys and walls.",
        "ko": "모델에는 층과 공간, 또는 층과 벽이 있어야 합니다.",
    }


class GeometryFailed(SourceError):
    """No geometry could be made by any kernel within the time limit."""

    code = "geometry-failed"
    title = {"en": "Geometry failed", "ko": "형상을 만들 수 없습니다"}
    hint = {"en": "Check the model in an IFC validator.", "ko": "IFC 검증기로 모델을 확인하세요."}


class NotFound(Indoor3dError):
    """The thing asked for does not exist."""

    code = "not-found"
    title = {"en": "Not found", "ko": "찾을 수 없습니다"}
    exit_code = 3


class UnknownVenue(NotFound):
    """No venue has this id."""

    code = "unknown-venue"
    title = {"en": "Unknown venue", "ko": "없는 장소입니다"}
    hint = {"en": "List the venues to see their ids.", "ko": "장소 목록에서 id를 확인하세요."}


class UnknownLevel(NotFound):
    """The venue has no such level."""

    code = "unknown-level"
    title = {"en": "Unknown level", "ko": "없는 층입니다"}
    hint = {
        "en": "Give a level id, its short name (B1) or its ordinal (-1).",
        "ko": "층 id, 짧은 이름(B1) 또는 순번(-1)을 주세요.",
    }


class UnknownElement(NotFound):
    """The venue has no element with this id or name."""

    code = "unknown-element"
    title = {"en": "Unknown element", "ko": "없는 요소입니다"}
    hint = {"en": "Give the id or the exact name of an element.", "ko": "요소의 id나 정확한 이름을 주세요."}


class UnknownJob(NotFound):
    """No such job, or its results were dropped for newer ones."""

    code = "unknown-job"
    title = {"en": "Unknown job", "ko": "없는 작업입니다"}
    hint = {
        "en": "Results of the last jobs only are kept: start it again.",
        "ko": "최근 작업의 결과만 보관합니다. 다시 시작하세요.",
    }


class InvalidInput(Indoor3dError):
    """A value is outside what is accepted."""

    code = "invalid-parameter"
    title = {"en": "Invalid value", "ko": "잘못된 값입니다"}
    exit_code = 2


class InvalidPosition(InvalidInput):
    """A position is not a place on Earth or in the site."""

    code = "invalid-position"
    title = {"en": "Invalid position", "ko": "잘못된 위치입니다"}
    hint = {
        "en": "Longitude comes first: -180 to 180, then latitude: -90 to 90.",
        "ko": "경도(-180~180)가 먼저, 위도(-90~90)가 다음입니다.",
    }


class UnknownProfile(InvalidInput):
    """No such movement profile."""

    code = "unknown-profile"
    title = {"en": "Unknown profile", "ko": "없는 이동 유형입니다"}


class InvalidScenario(InvalidInput):
    """A scenario of an evacuation, or the rules it is held against, cannot be understood."""

    code = "invalid-scenario"
    title = {"en": "Invalid scenario", "ko": "잘못된 시나리오입니다"}
    hint = {
        "en": "The path names the key; the reference of scenarios lists what each key takes.",
        "ko": "path가 해당 키를 가리킵니다. 시나리오 참조 문서에 키마다 쓸 수 있는 값이 있습니다.",
    }


class UnitMismatch(InvalidInput):
    """Two quantities of different kinds were to be added or compared."""

    code = "unit-mismatch"
    title = {"en": "Units do not match", "ko": "단위가 맞지 않습니다"}
    hint = {
        "en": "Look at the units on both sides of the formula.",
        "ko": "식의 양쪽 단위를 확인하세요.",
    }


class RoutingError(Indoor3dError):
    """The question is well-formed but no answer can be given."""

    code = "routing-error"
    title = {"en": "No answer", "ko": "답할 수 없습니다"}
    exit_code = 4


class OffNetwork(RoutingError):
    """A position is too far from any walkable space."""

    code = "waypoint-off-network"
    title = {"en": "Position is not in walkable space", "ko": "걸을 수 있는 곳이 아닙니다"}
    hint = {"en": "Use the nearest candidate that is listed.", "ko": "함께 적힌 가장 가까운 위치를 쓰세요."}


class LevelMismatch(RoutingError):
    """The level and the height of a position contradict each other."""

    code = "level-mismatch"
    title = {"en": "Level and height disagree", "ko": "층과 높이가 맞지 않습니다"}
    hint = {"en": "Give the level or the height, not both.", "ko": "층이나 높이 가운데 하나만 주세요."}


class NoRoute(RoutingError):
    """No way exists under the profile and the closures.

    ``context['blocked_by']`` lists the elements that block: ``{"element", "kind", "level", "name", "reason"}``.
    """

    code = "no-route"
    title = {"en": "No route", "ko": "이동 가능한 경로가 없습니다"}
    hint = {
        "en": "The blocking elements are listed; no other route was substituted.",
        "ko": "막는 요소를 함께 적었습니다. 다른 경로로 대신하지 않았습니다.",
    }


class NoOpenExit(RoutingError):
    """Every exit is closed, or the venue has none."""

    code = "no-open-exit"
    title = {"en": "No open exit", "ko": "열린 출구가 없습니다"}
    hint = {"en": "Open an exit, or check the exits of the model.", "ko": "출구를 열거나 모델의 출구를 확인하세요."}


class StoreError(Indoor3dError):
    """The store cannot do what was asked."""

    code = "store-error"
    title = {"en": "Store error", "ko": "저장소 오류입니다"}
    exit_code = 5


class StoreUnavailable(StoreError):
    """The store cannot be opened or reached."""

    code = "store-unavailable"
    title = {"en": "Store unavailable", "ko": "저장소를 쓸 수 없습니다"}
    hint = {"en": "Check the store's address and permissions.", "ko": "저장소 주소와 권한을 확인하세요."}


class StoreFull(StoreError):
    """There is no room left; what was published stays as it was."""

    code = "store-full"
    title = {"en": "Store full", "ko": "저장 공간이 부족합니다"}
    hint = {"en": "Free some space and build again.", "ko": "공간을 확보한 뒤 다시 만드세요."}


class StaleRevision(StoreError):
    """The condition is not what the writer saw: somebody else changed it, ended it, or took its id."""

    code = "stale-revision"
    title = {"en": "Changed by somebody else", "ko": "다른 사람이 먼저 바꾸었습니다"}
    hint = {
        "en": "Read it again, look at what changed, and send your change with the new revision.",
        "ko": "다시 읽어 바뀐 것을 확인하고 새 판 번호로 보내세요.",
    }


class CorruptBlob(StoreError):
    """Stored bytes do not match their digest."""

    code = "corrupt-blob"
    title = {"en": "Stored data is damaged", "ko": "저장된 데이터가 손상되었습니다"}
    hint = {"en": "Build the venue again.", "ko": "장소를 다시 만드세요."}


class TilesetInvalid(Indoor3dError):
    """A tileset that was read back breaks a rule."""

    code = "tileset-invalid"
    title = {"en": "Invalid tileset", "ko": "타일셋이 올바르지 않습니다"}
    exit_code = 6
