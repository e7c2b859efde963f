"""What can be wrong with a tileset that was read back: one table of codes and texts, Korean and English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from indoor3d.models.korean import sentence

MESSAGES: Mapping[str, tuple[str, str]] = {
    "tileset.unreadable": ("The tileset cannot be read: {reason}.", "타일셋을 읽을 수 없습니다: {reason}."),
    "content.missing": ("The file does not exist.", "파일이 없습니다."),
    "content.unreadable": ("The tile cannot be read: {reason}.", "타일을 읽을 수 없습니다: {reason}."),
    "content.packed-data": (
        "The meshopt data does not unpack: {reason}.",
        "meshopt 데이터를 풀 수 없습니다: {reason}.",
    ),
    "content.bounds": (
        "The declared min and max of positions are {excess_m:.6f} m off.",
        "적힌 위치의 최솟값·최댓값이 실제와 {excess_m:.6f} m 다릅니다.",
    ),
    "content.outside-tile": (
        "Geometry lies {excess_m:.3f} m outside the tile's volume; clients will cut it off.",
        "형상이 타일 영역을 {excess_m:.3f} m 벗어나 화면에서 잘립니다.",
    ),
    "content.outside-volume": (
        "Geometry lies {excess_m:.3f} m outside the content's own volume.",
        "형상이 내용 영역을 {excess_m:.3f} m 벗어났습니다.",
    ),
    "tile.outside-parent": (
        "The tile's volume lies {excess_m:.3f} m outside its parent's.",
        "타일 영역이 상위 타일 영역을 {excess_m:.3f} m 벗어났습니다.",
    ),
    "tile.error-order": (
        "The geometric error {error_m:g} m is not less than the parent's {parent_m:g} m.",
        "기하 오차 {error_m:g} m가 상위 타일의 {parent_m:g} m보다 작지 않습니다.",
    ),
    "tile.group": ("There is no group {group}.", "{group}번 그룹이 없습니다."),
    "feature.row": (
        "Feature id {row} points outside the property table of {rows} rows.",
        "피처 번호 {row:이} {rows}행인 속성표를 벗어났습니다.",
    ),
    "feature.duplicate": ("{element} is drawn in more than one place.", "{element:이} 두 곳 이상에 그려졌습니다."),
    "feature.unknown": ("The building has no {element}.", "건물에 {element:이} 없습니다."),
    "feature.missing": ("{element} is drawn in no tile.", "{element:이} 어느 타일에도 없습니다."),
    "feature.triangles": (
        "{element} is drawn with {drawn} triangles; the building has {expected}.",
        "{element}의 삼각형이 {drawn}개입니다. 건물에는 {expected}개가 있습니다.",
    ),
    "feature.level": (
        "{element} says it is on level {level!r}, but is in a tile of level {group!r}.",
        "{element:은} {level!r} 층이라 적혔지만 {group!r} 층 타일에 있습니다.",
    ),
    "feature.differs": (
        "{element} is described otherwise in the building: {member}.",
        "{element}의 설명이 건물과 다릅니다: {member}.",
    ),
    "feature.place": (
        "{element} is drawn {distance_m:.3f} m from where it is on Earth.",
        "{element:이} 실제 위치에서 {distance_m:.3f} m 떨어져 그려졌습니다.",
    ),
}
"""Every kind of finding, in English and Korean. A code never changes once released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a tileset.

    Parameters
    ----------
    code : str
        A key of :data:`MESSAGES`.
    path : str
        The file it was found in, or that has the tile.
    values : mapping
        What fills the message in.
    """

    code: str
    path: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self, lang: str = "en") -> str:
        """What is wrong, for people; ``lang`` is ``en`` or ``ko``."""
        return sentence(MESSAGES[self.code][lang == "ko"], self.values)

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Plain members for JSON: code, path, message, values."""
        return {"code": self.code, "path": self.path, "message": self.message(lang), "values": dict(self.values)}
